"""Rasa components for Vietnamese, the channel that the app talks to, and a tracker store of bounded size.

They run in Rasa's own environment with the repository root on PYTHONPATH, so of `knowledge` they import only
`text`, `onnx_encoder`, `gazetteer` and `safety`.
"""
