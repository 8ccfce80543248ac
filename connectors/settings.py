"""Every setting of the app, read from the environment (`LABAN_…`) and from `.env` in the repository root.

`python -m connectors.settings` prints the table of docs/settings.md.
"""

import difflib
import os
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableValue

from connectors.channel_settings import ChannelSettings, WebAddress
from connectors.errors import SettingsError
from knowledge.sources import Sources

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "LABAN_"
# For the Rasa process (bot/endpoints.yml); not settings of the app.
CHILD_VARIABLES = frozenset({"LABAN_ACTION_URL", "LABAN_RASA_DATABASE_URL", "LABAN_RASA_REDIS_HOST"})
# Viet Nam has one time zone and no daylight saving time, so no time zone database is needed.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
TOKEN_MIN_CHARS = 16
SECRET_MIN_CHARS = 32

Port = Annotated[int, Field(ge=1, le=65535)]
PortOrFree = Annotated[int, Field(ge=0, le=65535)]


class Settings(ChannelSettings):
    """Settings of one running app; relative paths are taken from the repository root."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ROOT / ".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: str = Field("127.0.0.1", description="Address the website and the REST API listen on.")
    port: Port = Field(8000, description="Port the website and the REST API listen on.")
    public_url: WebAddress | None = Field(
        None,
        description="Address under which people reach the app, e.g. `https://laban.example.vn`, "
        "when it is not `http://HOST:PORT`; links to document pages start with it.",
    )
    action_port: PortOrFree = Field(
        0, description="Loopback port on which Rasa calls the actions; 0 takes any free one."
    )
    action_token: SecretStr | None = Field(
        None,
        description="Secret that Rasa must show when it calls the actions; "
        "`laban serve` makes a new one at each start when unset.",
    )
    rasa_url: WebAddress | None = Field(
        None,
        description="Address of a Rasa that runs on its own, e.g. `http://127.0.0.1:5005`; "
        "when unset, `laban serve` starts and supervises one.",
    )
    rasa_port: PortOrFree = Field(
        0, description="Loopback port of the supervised Rasa; 0 takes any free one."
    )
    rasa_token: SecretStr | None = Field(
        None,
        description="Secret that the app must show when it calls Rasa; "
        "`laban serve` makes a new one at each start when unset.",
    )
    rasa_timeout_s: float = Field(
        10, gt=0, le=120, description="Seconds the app waits for Rasa's answer to one message."
    )
    rasa_start_timeout_s: float = Field(
        180, gt=0, le=3600, description="Seconds `laban serve` waits for Rasa to become ready."
    )
    rasa_restart_limit: int = Field(
        5,
        ge=0,
        le=100,
        description="How often `laban serve` restarts a Rasa that dies, in ten minutes, before it gives up.",
    )
    drain_timeout_s: float = Field(
        5, ge=0, le=120, description="Seconds that running requests get to finish when the app is stopped."
    )
    var_dir: Path = Field(
        Path("var"),
        description="Folder for everything generated: index, Rasa model, logs, databases.",
    )
    documents_dir: Path = Field(
        Path("knowledge/documents"), description="Folder of the Markdown documents that answers come from."
    )
    questions_dir: Path | None = Field(
        Path("knowledge/questions"),
        description="Folder of questions people ask about the documents, which help search to find passages; "
        "none when `LABAN_DOCUMENTS_DIR` names other documents and this is unset.",
    )
    facts_dir: Path | None = Field(
        Path("knowledge/facts"),
        description="Folder of the sourced facts and the questions asked most (YAML); "
        "none when `LABAN_DOCUMENTS_DIR` names other documents and this is unset.",
    )
    index_dir: Path = Field(
        Path("var/index"), description="Folder of the search index; follows `LABAN_VAR_DIR` when unset."
    )
    encoder: str = Field(
        "knowledge/models/vi-e5-small",
        description="Folder of the text encoder, or the name of a sentence-transformers model.",
    )
    today: date | None = Field(
        None, description="Date (YYYY-MM-DD) that counts as today, for tests; the real date when unset."
    )
    database_url: SecretStr | None = Field(
        None,
        description="Database of the records (conversations, tickets, feedback): `sqlite:///path` or "
        "`postgresql://user:password@host/name`; `records.sqlite` in `LABAN_VAR_DIR` when unset.",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Secret of at least 32 characters from which the keys are made that hash ids, encrypt contacts and "
        "sign links; made once and kept in `secret.key` in `LABAN_VAR_DIR` when unset.",
    )
    staff_token: SecretStr | None = Field(
        None,
        description="Secret that opens the tickets' REST API to the people who answer them; closed when unset.",
    )
    retention_days: int = Field(
        90, ge=1, le=3650, description="Days after its last message until a conversation is erased."
    )
    message_max_chars: int = Field(
        2000, ge=1, le=20_000, description="Longest message a user may send, in characters."
    )
    body_max_bytes: int = Field(
        65_536, ge=1024, le=10_000_000, description="Largest request body that is read, in bytes."
    )
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Addresses of reverse proxies whose `X-Forwarded-For` is believed, with commas between.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written: `debug`, `info`, `warning` or `error`."
    )
    log_json: bool = Field(False, description="Write log lines as JSON, for a log collector.")

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("host")
    @classmethod
    def _plain_host(cls, value: str) -> str:
        if not re.fullmatch(r"[0-9A-Za-z.:-]+", value):
            raise ValueError("must be an address or a host name alone, such as 127.0.0.1 or 0.0.0.0")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SECRET_MIN_CHARS:
            raise ValueError(f"must have at least {SECRET_MIN_CHARS} characters")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.match(
            r"(sqlite|postgresql(\+psycopg)?)://", value.get_secret_value()
        ):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("rasa_token", "action_token", "staff_token")
    @classmethod
    def _strong_token(cls, value: SecretStr | None) -> SecretStr | None:
        # It travels in an HTTP header, which holds printable ASCII only.
        if value is not None and not re.fullmatch(
            rf"[\x21-\x7e]{{{TOKEN_MIN_CHARS},}}", value.get_secret_value()
        ):
            raise ValueError(f"must be at least {TOKEN_MIN_CHARS} ASCII letters, digits or signs, no spaces")
        return value

    @field_validator("var_dir", "documents_dir", "questions_dir", "facts_dir", "index_dir")
    @classmethod
    def _from_root(cls, value: Path | None) -> Path | None:
        return None if value is None else ROOT / value.expanduser()

    @field_validator("encoder")
    @classmethod
    def _folder_or_model_name(cls, value: str) -> str:
        folder = ROOT / Path(value).expanduser()
        if folder.is_dir():
            return str(folder)
        if not re.fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", value):
            raise ValueError(f"is neither a folder ({folder} is missing) nor a model name such as org/model")
        return value

    @model_validator(mode="before")
    @classmethod
    def _index_beside_other_generated_files(cls, data: object) -> object:
        if isinstance(data, dict) and "var_dir" in data and "index_dir" not in data:
            return {**data, "index_dir": Path(data["var_dir"]) / "index"}
        return data

    @model_validator(mode="before")
    @classmethod
    def _questions_and_facts_belong_to_our_documents(cls, data: object) -> object:
        if isinstance(data, dict) and "documents_dir" in data:
            return {"questions_dir": None, "facts_dir": None, **data}
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ports = [p for p in (self.port, self.action_port, self.rasa_port) if p]
        if len(set(ports)) < len(ports):
            raise ValueError("LABAN_PORT, LABAN_ACTION_PORT and LABAN_RASA_PORT must differ")
        if self.rasa_url and not (self.rasa_token and self.action_token and self.action_port):
            raise ValueError(
                "LABAN_RASA_URL names a Rasa that runs on its own, so LABAN_RASA_TOKEN, LABAN_ACTION_TOKEN "
                "and LABAN_ACTION_PORT must be set, with the same values as for that Rasa"
            )
        return self

    @property
    def records_url(self) -> str:
        """The address of the records' database."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.var_dir / 'records.sqlite'}"

    @property
    def sources(self) -> Sources:
        """What the index is built from."""
        return Sources(self.documents_dir, self.questions_dir, self.facts_dir)

    @property
    def base_url(self) -> str:
        """Address people open, without a trailing slash."""
        return self.public_url or self.local_url

    @property
    def local_url(self) -> str:
        """Address of the app on this machine, without a trailing slash."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def rasa_model(self) -> Path:
        """The trained Rasa model that is served."""
        return self.var_dir / "rasa" / "models" / "laban.tar.gz"

    @property
    def log_dir(self) -> Path:
        """Folder of the logs of set-up, training and Rasa."""
        return self.var_dir / "log"

    def environment(self) -> dict[str, str]:
        """Returns the variables that give another process of ours these settings, besides those of its own environment.

        Accounts on platforms, which are JSON, are left to that environment.
        """
        given = self.model_dump(include=self.model_fields_set, exclude_none=True)
        plain = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in given.items()
            if not isinstance(value, dict)
        }
        return {f"{PREFIX}{name.upper()}": str(value) for name, value in plain.items()}

    def current_date(self) -> date:
        """Today's date in Viet Nam, or the date that `LABAN_TODAY` names."""
        return self.today or datetime.now(VIETNAM).date()


def load_settings() -> Settings:
    """Read the settings; raise SettingsError with one line for each value that cannot be honoured."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(error))) from None
    except UnreadableValue as error:
        # Its cause quotes the value, which may be a secret.
        named = re.search(r'field "(\w+)"', str(error))
        name = f"{PREFIX}{named[1]}".upper() if named else PREFIX
        raise SettingsError(f"{name}: must be JSON, in single quotes where a shell reads it") from None


def _explain(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors(include_url=False):
        name = "".join(f"{PREFIX}{part}".upper() for part in problem["loc"][:1])
        message = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {message}" if name else message)
    return lines


def unknown_variables(environment: Mapping[str, str] = os.environ) -> dict[str, str | None]:
    """`LABAN_…` variables that are no setting, each with the setting that was probably meant."""
    known = {f"{PREFIX}{field}".upper() for field in Settings.model_fields} | CHILD_VARIABLES
    found = sorted(n for n in environment if n.upper().startswith(PREFIX) and n.upper() not in known)
    return {name: next(iter(difflib.get_close_matches(name.upper(), known, 1)), None) for name in found}


def settings_table() -> str:
    """The Markdown table of all settings that docs/settings.md holds."""
    lines = ["| Variable | Default | Meaning |", "|---|---|---|"]
    own_first = sorted(
        Settings.model_fields.items(), key=lambda field: field[0] in ChannelSettings.model_fields
    )
    for name, field in own_first:
        default = "unset" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(settings_table(), end="")
