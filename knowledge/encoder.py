"""The sentence encoder, always a `SentenceTransformer`: the shipped ONNX model or any other by name.

The shipped model enters through sentence-transformers' own extension point: an `InputModule` that tokenizes and runs
ONNX, followed by `Pooling` and `Normalize`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

from knowledge.errors import EncoderError
from knowledge.onnx_encoder import Kind, OnnxEncoder, Vectors

_REMEMBERED_QUESTIONS = 2048


class OnnxTransformer(InputModule):
    """sentence-transformers' first module, run by ONNX Runtime instead of PyTorch."""

    def __init__(self, model_dir: Path, threads: int = 1) -> None:
        super().__init__()
        self.model_dir = model_dir
        self.onnx = OnnxEncoder(model_dir, threads)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """Returns padded `input_ids` and `attention_mask` (n, longest) of texts, the prompt in front of each."""
        features = self.onnx.tokenize([(prompt or "") + text for text in inputs])
        return {name: torch.from_numpy(values) for name, values in features.items()}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Adds `token_embeddings` (n, longest, 384) to `features`."""
        names = ("input_ids", "attention_mask")
        hidden = self.onnx.token_vectors({name: features[name].numpy() for name in names})
        return {**features, "token_embeddings": torch.from_numpy(hidden)}

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Refuses: the shipped model is never written by the program."""
        raise NotImplementedError(f"copy {self.model_dir} instead of saving it to {output_path}")


class Encoder:
    """Turns texts into L2-normalised vectors; remembers the latest questions, for one turn asks more than once."""

    def __init__(self, name: str, model: SentenceTransformer) -> None:
        self.name = name
        self._model = model
        self._remembered = lru_cache(maxsize=_REMEMBERED_QUESTIONS)(self._encode_question)
        self._given: dict[str, Vectors] = {}

    def question(self, text: str) -> Vectors:
        """Returns the vector (dimension,) of a question; the same text is encoded once."""
        return self._remembered(text)

    def remember(self, text: str, vector: Vectors) -> None:
        """Takes the vector of a question from whoever has encoded it with the same encoder."""
        self._given[text] = vector
        self._remembered(text)
        self._given.pop(text, None)

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Returns the vectors (len(texts), dimension) of questions ("query") or of what is searched ("passage")."""
        prompt = f"{kind}: " if kind in self._model.prompts else None
        vectors = self._model.encode(
            list(texts), prompt=prompt, normalize_embeddings=True, show_progress_bar=False, batch_size=16
        )
        return np.asarray(vectors, dtype=np.float32)

    def _encode_question(self, text: str) -> Vectors:
        given = self._given.get(text)
        vector = self.encode([text], "query")[0] if given is None else given
        vector.setflags(write=False)
        return vector


def load_encoder(name: str, threads: int = 1) -> Encoder:
    """Loads an encoder.

    Args:
        name: a folder with `onnx/model_qint8.onnx` (the shipped form), or anything that sentence-transformers
            loads: a model's folder or its name on a hub. e5 models get their "query: " and "passage: " prefixes.
        threads: how many cores one call may use; one is best for many questions at once.

    Raises:
        EncoderError: it cannot be loaded.
    """
    torch.set_num_threads(
        1
    )  # ONNX Runtime does the work; torch's pool would only compete with it for the cores.
    folder = Path(name)
    try:
        if (folder / "onnx" / "model_qint8.onnx").is_file():
            transformer = OnnxTransformer(folder, threads)
            modules = [transformer, Pooling(transformer.onnx.dimension), Normalize()]
            model = SentenceTransformer(modules=modules, device="cpu", prompts=_E5_PROMPTS)
        else:
            model = SentenceTransformer(
                name, device="cpu", prompts=_E5_PROMPTS if "e5" in name.lower() else None
            )
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"the encoder {name!r} cannot be loaded ({error}); set LABAN_ENCODER to a model's folder, "
            "or unset it to use the shipped one"
        ) from error
    return Encoder(encoder_id(name), model)


def encoder_id(name: str) -> str:
    """Returns what an index remembers of the encoder that made it: a folder's own name, wherever it lies."""
    return Path(name).name if Path(name).is_dir() else name


_E5_PROMPTS = {"query": "query: ", "passage": "passage: "}
