"""What a process of the application holds from its start to its end."""

from dataclasses import dataclass
from functools import cached_property

from app.kit.db import Database
from app.kit.key_folder import KeyFolder
from app.kit.keys import Keys, load
from app.kit.languages import Languages
from app.kit.settings import Settings
from app.kit.tokens import Signer, Tokens


@dataclass(frozen=True)
class Context:
    settings: Settings
    database: Database
    keys: Keys
    tokens: Tokens
    languages: Languages

    @cached_property
    def signer(self) -> Signer:
        return Signer(self.keys.installation)


def make(settings: Settings) -> Context:
    keys = load(settings)
    database = Database(settings.application_database_url, KeyFolder(settings.data_keys))
    return Context(settings, database, keys, Tokens(keys.tokens), Languages())
