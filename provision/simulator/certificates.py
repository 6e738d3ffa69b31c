"""An authority of our own and a server certificate for loopback, for rehearsing https."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = datetime.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """A server's certificate, and the authority that clients must trust to believe it.

    Args:
        ca: The authority's certificate, PEM.
        certificate: The server's certificate, PEM.
        key: The server's private key, PEM; stands in no file longer than it takes to load it.
    """

    ca: bytes
    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return f"ServerCertificate({self.fingerprint.hex()[:16]}…)"

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the certificate's DER form: what a channel binding is made of (RFC 5929)."""
        loaded = x509.load_pem_x509_certificate(self.certificate)
        return hashlib.sha256(loaded.public_bytes(serialization.Encoding.DER)).digest()

    def context(self) -> ssl.SSLContext:
        """Make what a TLS server needs; TLS 1.2 and later."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        with tempfile.TemporaryDirectory(prefix="provision-tls-") as folder:
            path = Path(folder) / "server.pem"
            path.touch(mode=0o600)
            path.write_bytes(self.key + self.certificate)
            context.load_cert_chain(path)
        return context


def make_server_certificate(*names: str) -> ServerCertificate:
    """Make a new authority and a server certificate, valid for 30 days.

    Args:
        names: DNS names and IP addresses of the server, besides localhost, 127.0.0.1 and ::1.
    """
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_key)
    key = ec.generate_private_key(ec.SECP256R1())
    every = dict.fromkeys(("localhost", "127.0.0.1", "::1", *names))
    certificate = (
        _builder(_name("localhost"), authority.subject, key.public_key())
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in every]), False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), False
        )
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return ServerCertificate(
        ca=authority.public_bytes(pem),
        certificate=certificate.public_bytes(pem),
        key=key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("provision simulator authority")
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + _VALID)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
