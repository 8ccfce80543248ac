"""What the assistant knows and how it finds it: documents, passages, encoder, index, search, answers.

A pure library: no web framework, no Rasa, no database of users. Import the modules by name.
"""
