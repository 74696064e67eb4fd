"""Every private name the relay leans on still exists: an upgrade of aiortc fails here, readably."""

import inspect

import aiortc.rtcdtlstransport as dtls
import pylibsrtp
import pytest
from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

from media.relay.seam import Buffer, Certificate, Srtp

KEY = bytes(range(44))


def session(direction: int) -> Session:
    policy = Policy(key=KEY, ssrc_type=direction, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_256_GCM)
    policy.allow_repeat_tx = True
    return Session(policy)


def keys() -> Srtp:
    return Srtp(session(Policy.SSRC_ANY_INBOUND), session(Policy.SSRC_ANY_OUTBOUND))


def test_dtls_has_the_names_we_use() -> None:
    source = inspect.getsource(dtls.RTCDtlsTransport)

    assert callable(dtls.RTCDtlsTransport._set_role)
    for name in ("_rx_srtp", "_tx_srtp", "self.transport._recv()", "self.transport._send("):
        assert name in source
    assert 'self.emit("statechange")' in source
    assert callable(dtls.RTCCertificate._create_ssl_context)
    assert "_create_ssl_context(" in source
    assert inspect.iscoroutinefunction(dtls.RTCDtlsTransport.start)
    assert inspect.iscoroutinefunction(dtls.RTCDtlsTransport.stop)


def test_srtp_has_the_names_we_use() -> None:
    for name in ("srtp_protect", "srtp_unprotect", "srtp_protect_rtcp", "srtp_unprotect_rtcp"):
        assert callable(getattr(lib, name))
    assert "srtp_t *" in str(ffi.typeof(Session()._srtp)) or Session()._srtp[0]
    assert pylibsrtp.SRTP_MAX_SRTCP_TRAILER_LEN == 148


def test_in_place_keys_do_what_pylibsrtp_does() -> None:
    packet = bytes.fromhex("806000010000000100000002") + bytes(1400)
    buffer, ours = Buffer(), keys()
    buffer.view[: len(packet)] = packet

    length = ours.protect(buffer, len(packet))
    protected = bytes(buffer.view[:length])

    assert protected != packet
    assert protected[:1300] == session(Policy.SSRC_ANY_OUTBOUND).protect(packet[:1312])[:1300]
    assert ours.unprotect(buffer, length) == len(packet)
    assert buffer.view[: len(packet)] == packet


def test_a_replayed_and_a_forged_packet_are_refused() -> None:
    packet = bytes.fromhex("806000010000000100000002") + b"voice"
    protected = session(Policy.SSRC_ANY_OUTBOUND).protect(packet)
    buffer, ours = Buffer(), keys()

    results = []
    for datagram in (protected, protected, protected[:-1] + b"?"):
        buffer.view[: len(datagram)] = datagram
        results.append(ours.unprotect(buffer, len(datagram)))

    assert results == [len(packet), 0, 0]


@pytest.mark.parametrize("algorithm", ["sha-256"])
def test_the_certificate_tells_its_fingerprint(algorithm: str) -> None:
    name, value = Certificate().fingerprint

    assert name == algorithm
    assert len(value.split(":")) == 32


def test_all_associations_share_what_openssl_keeps_of_our_certificate() -> None:
    certificate, profiles = Certificate().native, dtls.SRTP_PROFILES

    first = certificate._create_ssl_context(profiles)

    assert certificate._create_ssl_context(profiles) is first
