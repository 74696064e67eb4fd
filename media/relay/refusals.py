"""What the relay refuses. Malformed packets are not here: those are dropped and counted."""

from typing import ClassVar

from app.kit.errors import Refusal


class MediaRefused(Refusal):
    """The session description cannot be understood, or nothing in it can be carried."""

    code: ClassVar[str] = "media_refused"
    status: ClassVar[int] = 422


class CodecRefused(MediaRefused):
    """Something offered has no codec that we carry; another setting of the program may help."""

    code: ClassVar[str] = "codec_refused"
