"""Write the lock of the app environment from what is installed in the environment that runs this script.

`.venv/bin/python deploy/lock.py` follows deploy/requirements.in through the metadata of the installed
packages and writes name==version of each package it reaches to deploy/requirements.txt; what
deploy/requirements-dev.in adds goes to deploy/requirements-dev.txt. To move to newer versions: install
them into .venv, run the tests, then this script.
"""

import re
from importlib.metadata import distribution
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent


def named(path: Path) -> list[Requirement]:
    """The requirements that a .in file names."""
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line]


def closure(roots: list[Requirement]) -> dict[str, str]:
    """Every package that the roots need here, by normalised name, as `name==version`."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    queue = [(root.name, extra) for root in roots for extra in ("", *root.extras)]
    while queue:
        name, extra = queue.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if (key, extra) in seen:
            continue
        seen.add((key, extra))
        package = distribution(name)
        # A local version such as 2.13.0+cpu names one build; the lock takes the build the machine offers.
        found[key] = f"{key}=={package.version.split('+')[0]}"
        for line in package.requires or []:
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                queue += [(need.name, more) for more in ("", *need.extras)]
    return found


def write(path: Path, comment: str, packages: dict[str, str]) -> None:
    """Write one lock file, sorted by name."""
    head = f"# {comment}\n# Made by deploy/lock.py from an environment that passed all tests.\n"
    path.write_text(head + "".join(f"{packages[name]}\n" for name in sorted(packages)), encoding="utf-8")


def main() -> None:
    """Write both lock files."""
    product = closure(named(HERE / "requirements.in"))
    checks = closure(named(HERE / "requirements-dev.in"))
    write(
        HERE / "requirements.txt",
        "The app environment, exact versions, everything transitive.",
        product,
    )
    added = {name: line for name, line in checks.items() if name not in product}
    write(HERE / "requirements-dev.txt", "What `make test` and `make lint` add to it.", added)


if __name__ == "__main__":
    main()
