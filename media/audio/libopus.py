"""libopus itself: a frame decoded or encoded by one call, at whatever rate is wanted.

Through PyAV a frame of 20 ms costs as much again for its objects, and sound always comes at 48 kHz.
"""

import ctypes.util
from functools import cache
from pathlib import Path
from typing import Any

import av
import cffi
import numpy as np
from numpy.typing import NDArray

_ffi = cffi.FFI()
_ffi.cdef(
    """
    typedef struct OpusDecoder OpusDecoder;
    typedef struct OpusEncoder OpusEncoder;
    OpusDecoder *opus_decoder_create(int32_t rate, int channels, int *error);
    void opus_decoder_destroy(OpusDecoder *decoder);
    int opus_decode_float(OpusDecoder *decoder, const unsigned char *data, int32_t length,
                          float *samples, int frame_size, int fec);
    OpusEncoder *opus_encoder_create(int32_t rate, int channels, int application, int *error);
    void opus_encoder_destroy(OpusEncoder *encoder);
    int32_t opus_encode_float(OpusEncoder *encoder, const float *samples, int frame_size,
                              unsigned char *data, int32_t room);
    int opus_encoder_ctl(OpusEncoder *encoder, int request, ...);
    """
)
VOICE, MUSIC = 2048, 2049
"""What an encoder is for: `OPUS_APPLICATION_VOIP` and `OPUS_APPLICATION_AUDIO`."""
_BITRATE, _COMPLEXITY, _DTX = 4002, 4010, 4016
ROOM = 1500
"""Bytes of one encoded frame; 120 ms at 100 kbit/s."""


class NoLibopus(ImportError):
    """Neither PyAV's own libopus nor the system's is there."""


@cache
def library() -> Any:
    """The one that came with PyAV, else the system's."""
    beside = Path(av.__file__).parent
    for folder in (beside.parent / "av.libs", beside / ".dylibs"):
        for path in sorted(folder.glob("libopus*")):
            return _ffi.dlopen(str(path))
    name = ctypes.util.find_library("opus")
    if name is None:
        raise NoLibopus("libopus was not found: install it (Debian: libopus0)")
    return _ffi.dlopen(name)


class OpusDecoder:
    """Mono. What it knows of the sound goes on from packet to packet."""

    def __init__(self, rate: int) -> None:
        self._library = library()
        error = _ffi.new("int *")
        made = self._library.opus_decoder_create(rate, 1, error)
        self._decoder = _ffi.gc(made, self._library.opus_decoder_destroy)
        self._samples = np.zeros(rate * 120 // 1000, np.float32)
        self._pointer = _ffi.from_buffer("float[]", self._samples)

    def decode(self, packet: bytes) -> NDArray[np.float32]:
        """The samples, valid until the next call. Raises ValueError for what is not Opus."""
        count = self._library.opus_decode_float(
            self._decoder, packet, len(packet), self._pointer, len(self._samples), 0
        )
        if count < 0:
            raise ValueError("not an Opus packet")
        return self._samples[:count]


class OpusEncoder:
    """Mono, frames of one size. `complexity` from 0 (quick) to 10; `dtx`: silence is two bytes."""

    def __init__(
        self, rate: int, use: int, bitrate_bps: int, *, complexity: int, dtx: bool = False
    ) -> None:
        self._library = library()
        error = _ffi.new("int *")
        made = self._library.opus_encoder_create(rate, 1, use, error)
        self._encoder = _ffi.gc(made, self._library.opus_encoder_destroy)
        self._room = _ffi.new("unsigned char[]", ROOM)
        for request, value in ((_BITRATE, bitrate_bps), (_COMPLEXITY, complexity), (_DTX, dtx)):
            self._library.opus_encoder_ctl(self._encoder, request, _ffi.cast("int", value))

    def encode(self, samples: NDArray[np.float32]) -> bytes:
        """One frame: 2.5, 5, 10, 20, 40 or 60 ms of contiguous samples."""
        pointer = _ffi.from_buffer("float[]", samples)
        size = self._library.opus_encode_float(
            self._encoder, pointer, len(samples), self._room, ROOM
        )
        if size < 0:
            raise ValueError("not a frame of Opus")
        return bytes(_ffi.buffer(self._room, size))
