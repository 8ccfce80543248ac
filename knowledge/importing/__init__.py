"""Reads the files that offices send (.docx, .pdf, .html, .txt, .md) into documents of the knowledge base.

A file becomes paragraphs (`files`), in Unicode (`encodings`); their order tells the parts of an official document
(`anatomy`), from which its front matter (`front_matter`) and its Markdown (`markdown`) are made. `drafts` puts these
together and compares with what is known already; `folder` writes and removes.
"""
