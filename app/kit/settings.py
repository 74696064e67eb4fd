"""Every setting of the installation, read once at a process's edge and passed on as arguments.

`EMESSI_RELAY__UDP_PORT=9000` becomes `settings.relay.udp_port`. A misspelt variable is an error.
"""

import json
import os
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

TURN_URL = re.compile(r"turns?:(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?")
"""RFC 7065 §3.1, with the transports that browsers know."""


def _list(value: object) -> object:
    """`a, b` for people, `["a", "b"]` for programs."""
    if not isinstance(value, str):
        return value
    return json.loads(value) if value.lstrip().startswith("[") else value.replace(",", " ").split()


def _told(address: str) -> str:
    """Browsers are told addresses: what a name stands for now may be wrong tomorrow."""
    try:
        found = ip_address(address)
    except ValueError:
        raise ValueError(
            f"{address} is not an IP address; write what the name stands for"
        ) from None
    if found.is_unspecified or found.is_multicast or found.is_link_local:
        raise ValueError(f"{address} is not an address where anyone could be found")
    return str(found)


def _turn_url(url: str) -> str:
    if TURN_URL.fullmatch(url) is None:
        raise ValueError(f"{url} is not like turn:turn.example.org:3478?transport=udp")
    return url


Listed = Annotated[list[str], NoDecode, BeforeValidator(_list)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WebSettings(Section):
    host: str = Field(default="127.0.0.1", description="Address the web application listens on.")
    port: int = Field(default=8420, description="TCP port of the web application.")
    public_url: str = Field(
        default="",
        description="The address people open, e.g. https://meet.example.org. "
        "Empty: http://localhost and the port.",
    )
    import_limit_mb: int = Field(
        default=4_000,
        ge=1,
        description="Megabytes that a file of a meeting recorded elsewhere may have.",
    )


class NodeSettings(Section):
    name: str = Field(default="node-1", description="Stable, unique name of this media node.")
    host: str = Field(default="127.0.0.1", description="Address the websocket listens on.")
    port: int = Field(default=8421, description="TCP port of the signalling websocket.")
    http_port: int = Field(
        default=0, description="TCP port for programs that publish or watch (WHIP, WHEP). 0: any."
    )
    public_url: str = Field(
        default="",
        description="Websocket address of this node as browsers see it, e.g. "
        "wss://meet.example.org/node-1; the same with https is its address for WHIP and WHEP. "
        "Empty: the host name of the page and the ports above.",
    )
    spool: Path | None = Field(
        default=None,
        description="Folder for tapes being written, and for what the database has not taken yet. "
        "Empty: <data>/spool.",
    )
    reserve_mb: int = Field(
        default=512,
        ge=0,
        description="Recording is interrupted, with a warning to everyone, while the spool's disk "
        "has less than so many MB free; it goes on by itself above twice as many.",
    )


class RelaySettings(Section):
    host: str = Field(
        default="::",
        description="Address the one UDP port is bound to. :: is IPv4 and IPv6, 0.0.0.0 IPv4 only.",
    )
    udp_port: int = Field(default=8422, description="The one UDP port of all media. 0: any.")
    addresses: Annotated[Listed, AfterValidator(lambda told: [_told(a) for a in told])] = Field(
        default=[],
        description="IP addresses told to browsers, with commas between them: behind NAT the "
        "public ones. Empty: loopback and the machine's own.",
    )
    voices: int = Field(
        default=0,
        ge=0,
        description="At most so many voices are forwarded at a time, the loudest. "
        "0: all up to six people, then four.",
    )
    native: bool = Field(
        default=True,
        description="Forward packets in C where that part was built; Python does the same, "
        "at about twice the cost.",
    )


class StoreSettings(Section):
    url: str = Field(default="", description="s3://bucket/prefix or a folder. Empty: <data>/store.")
    s3_endpoint: str = Field(default="", description="Endpoint of an S3-compatible store.")
    s3_region: str = Field(default="us-east-1", description="Region of the S3 store.")
    s3_access_key: str = Field(default="", description="Access key of the S3 store.")
    s3_secret_key: SecretStr = Field(
        default=SecretStr(""), description="Secret key of the S3 store."
    )


class WorkerSettings(Section):
    name: str = Field(default="worker-1", description="Stable, unique name of this worker.")
    database_url: str = Field(
        default="",
        description="Where durable work is kept. Empty: a SQLite file of its own beside the "
        "application's, or the application's PostgreSQL.",
    )
    video_niceness: int = Field(
        default=19,
        ge=0,
        le=19,
        description="How far the making of a meeting's video gives way to everything else on the "
        "machine. 0: not at all; 19: it takes what nobody needs.",
    )


class TranscribeSettings(Section):
    model: Path | None = Field(
        default=None,
        description="Folder of a faster-whisper (CTranslate2) model, with model.bin in it. Empty: "
        "no machine writes recordings down.",
    )
    language: str = Field(
        default="",
        max_length=3,
        description="Language that is spoken, e.g. fi or sv. Empty: the model guesses, person by "
        "person.",
    )
    threads: int = Field(
        default=1, ge=1, le=64, description="Processor threads that may be used for it."
    )


class KeySettings(Section):
    installation: SecretStr = Field(
        default=SecretStr(""),
        description="32 random bytes, base64: wraps every data key. Empty: made once in "
        "<data>/keys/installation.key. Lose it and every recording is lost.",
    )
    tokens: SecretStr = Field(
        default=SecretStr(""),
        description="32 random bytes or more, base64: signs tokens. Empty: made once in "
        "<data>/keys/tokens.key.",
    )
    folder: Path | None = Field(
        default=None,
        description="Folder of the data keys, one small file for each. All apps, nodes and workers "
        "share it. Empty: <data>/data-keys. Back it up apart from the database and the store, and "
        "keep a copy for a few days only: what is erased dies with its key.",
    )


class TurnServerSettings(Section):
    urls: Annotated[Listed, AfterValidator(lambda urls: [_turn_url(url) for url in urls])] = Field(
        default=[],
        description="TURN servers for those whose network lets no media out, with commas between "
        "them, e.g. turn:turn.example.org:3478, turns:turn.example.org:5349?transport=tcp.",
    )
    secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret shared with the TURN servers (static-auth-secret of coturn).",
    )

    @model_validator(mode="after")
    def _has_a_secret(self) -> Self:
        if self.urls and not self.secret.get_secret_value():
            raise ValueError("TURN servers need the secret they share with us")
        return self


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="EMESSI_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data: Path = Field(
        default=Path("var"), description="Folder of everything kept by the embedded defaults."
    )
    database_url: str = Field(
        default="",
        description="postgresql+psycopg://user:password@host/name. "
        "Empty: <data>/emessi.db (SQLite).",
    )
    web: WebSettings = WebSettings()
    node: NodeSettings = NodeSettings()
    relay: RelaySettings = RelaySettings()
    store: StoreSettings = StoreSettings()
    worker: WorkerSettings = WorkerSettings()
    transcribe: TranscribeSettings = TranscribeSettings()
    keys: KeySettings = KeySettings()
    turn_server: TurnServerSettings = TurnServerSettings()

    @property
    def application_database_url(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.data.absolute()}/emessi.db"

    @property
    def work_database_url(self) -> str:
        """Where DBOS keeps its workflows, as the synchronous address that DBOS wants."""
        if self.worker.database_url:
            return self.worker.database_url
        if self.database_url:
            return self.database_url.replace("postgresql+psycopg", "postgresql", 1)
        return f"sqlite:///{self.data.absolute()}/work.db"

    @property
    def spool(self) -> Path:
        return self.node.spool or self.data / "spool"

    @property
    def data_keys(self) -> Path:
        return self.keys.folder or self.data / "data-keys"

    @property
    def store_url(self) -> str:
        return self.store.url or str(self.data.absolute() / "store")

    @property
    def public_url(self) -> str:
        return self.web.public_url.rstrip("/") or f"http://localhost:{self.web.port}"


def load() -> Settings:
    """The settings of this process; raises ValueError naming what is wrong."""
    known = _names(Settings, "EMESSI_")
    unknown = [n for n in os.environ if n.startswith("EMESSI_") and n.upper() not in known]
    if unknown:
        raise ValueError(f"unknown setting: {', '.join(sorted(unknown))}")
    try:
        return Settings()
    except ValidationError as error:
        raise ValueError("; ".join(map(_said, error.errors(include_input=False)))) from None


def _said(problem: ErrorDetails) -> str:
    """One line, without pydantic's own words and without the value, which may be a secret."""
    variable = "EMESSI_" + "__".join(str(part).upper() for part in problem["loc"])
    return f"{variable}: {problem['msg'].removeprefix('Value error, ')}"


def _names(model: type[BaseModel], prefix: str) -> set[str]:
    names = set()
    for name, field in model.model_fields.items():
        variable = prefix + name.upper()
        names.add(variable)
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            names |= _names(field.annotation, variable + "__")
    return names
