"""The default sentence encoder run by ONNX Runtime: the few lines that search and Rasa's featurizer share.

Imports nothing but numpy, onnxruntime and tokenizers, which both environments have.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]
Kind = Literal["query", "passage"]

MODEL_DIR = Path(__file__).parent / "models" / "vi-e5-small"
DIMENSION = 384
MAX_TOKENS = 512
_BATCH = 16


def pack(vector: Vectors) -> str:
    """Returns a question's vector as it goes from process to process: base64 of little-endian float32."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


def unpack(packed: object) -> Vectors:
    """Returns the vector (384,) that `pack` was given.

    Raises:
        ValueError: it is not base64, not 384 numbers, or not all finite.
    """
    try:
        data = base64.b64decode(packed, validate=True)  # type: ignore[arg-type]
    except (TypeError, binascii.Error) as error:
        raise ValueError("the embedding is not base64") from error
    vector = np.frombuffer(data, dtype="<f4").astype(np.float32) if len(data) == 4 * DIMENSION else None
    if vector is None or not np.isfinite(vector).all():
        raise ValueError(f"the embedding is not {DIMENSION} finite numbers")
    return vector


class OnnxEncoder:
    """Encodes sentences with a model folder that holds `onnx/model_qint8.onnx` and `tokenizer.json`."""

    def __init__(self, model_dir: Path = MODEL_DIR, threads: int = 1) -> None:
        """Loads the model.

        Args:
            model_dir: the model's folder.
            threads: how many cores one call may use.

        Raises:
            FileNotFoundError: a file of the model is missing.
        """
        weights, vocabulary = model_dir / "onnx" / "model_qint8.onnx", model_dir / "tokenizer.json"
        for file in (weights, vocabulary):
            if not file.is_file():
                raise FileNotFoundError(
                    f"the encoder's file {file} is missing; restore it from the repository"
                )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(vocabulary))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding(pad_id=1, pad_token="<pad>")

    def tokenize(self, texts: Sequence[str]) -> dict[str, npt.NDArray[np.int64]]:
        """Returns `input_ids` and `attention_mask`, each (len(texts), longest) and padded."""
        encoded = self._tokenizer.encode_batch(list(texts))
        return {
            "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
            "attention_mask": np.array([e.attention_mask for e in encoded], dtype=np.int64),
        }

    def token_vectors(self, features: dict[str, npt.NDArray[np.int64]]) -> Vectors:
        """Returns the last hidden state, (n, longest, 384), of what `tokenize` gave."""
        hidden: Vectors = self._session.run(["last_hidden_state"], features)[0]
        return hidden

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Returns one L2-normalised vector a text, (len(texts), 384): the mean over its tokens.

        Args:
            texts: sentences, without the model's prefix.
            kind: the e5 prefix: "query" for what is asked, "passage" for what is searched.
        """
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            features = self.tokenize([f"{kind}: {texts[i]}" for i in rows])
            mask = features["attention_mask"][:, :, None].astype(np.float32)
            mean = (self.token_vectors(features) * mask).sum(axis=1) / mask.sum(axis=1)
            vectors[rows] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return vectors

    @property
    def dimension(self) -> int:
        """The length of a vector (384 for vi-e5-small)."""
        return int(self._session.get_outputs()[0].shape[-1])
