"""Data that people write by hand: nothing in it silently takes the place of something else."""

from pathlib import Path

import pytest
import yaml

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
FILES = sorted(file for file in KNOWLEDGE.rglob("*.yml") if "models" not in file.parts)


def repeated(node: yaml.Node) -> list[str]:
    """The keys that stand twice in one mapping; YAML keeps the last one only."""
    if isinstance(node, yaml.SequenceNode):
        return [key for item in node.value for key in repeated(item)]
    if not isinstance(node, yaml.MappingNode):
        return []
    keys = [key.value for key, _ in node.value]
    twice = [f"{key} (line {node.start_mark.line + 1})" for key in dict.fromkeys(keys) if keys.count(key) > 1]
    return twice + [key for _, value in node.value for key in repeated(value)]


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(KNOWLEDGE)) for file in FILES])
def test_no_key_stands_twice(file: Path) -> None:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    node = yaml.compose(file.read_text(encoding="utf-8"), loader)
    assert node is None or repeated(node) == []
