"""Names of images, Windows versions, errors that pass by themselves."""

from __future__ import annotations

import pytest

from provision.steps.docker.image_pull import manifest_versions
from provision.steps.docker.reference import parse_reference
from provision.steps.docker.revision import Isolation, Verdict, best_fit, judge_fit
from provision.steps.docker.transient import passes_by_itself


@pytest.mark.parametrize(
    ("written", "repository", "tag"),
    [
        ("windowsservercore", "windowsservercore", "latest"),
        ("microsoft/iis:10.0", "microsoft/iis", "10.0"),
        ("mcr.microsoft.com/windows/servercore:ltsc2022", "mcr.microsoft.com/windows/servercore",
         "ltsc2022"),
        ("localhost:5000/a", "localhost:5000/a", "latest"),
    ],
)  # fmt: skip
def test_names(written, repository, tag):
    found = parse_reference(written)
    assert (found.repository, found.tag) == (repository, tag)
    assert str(found) == f"{repository}:{tag}"


def test_a_digest_stands_for_itself():
    digest = "sha256:" + "0" * 64
    assert str(parse_reference(f"a/b:1@{digest}")) == f"a/b@{digest}"


@pytest.mark.parametrize("written", ["", "Windows", "a b", "a:", "-x", "a//b", "a:b:c", "a@b"])
def test_what_is_no_name(written):
    with pytest.raises(ValueError, match="is no image's name"):
        parse_reference(written)


@pytest.mark.parametrize(
    ("host", "image", "isolation", "verdict"),
    [
        ("10.0.14393", "10.0.14393.5850", "default", Verdict.FITS),
        ("10.0.14393.1", "10.0.14393.2", "default", Verdict.UNSURE),
        ("10.0.14393.1", "10.0.14393.2", "hyperv", Verdict.FITS),
        ("10.0.14393", "10.0.17763.1", "default", Verdict.TOO_NEW),
        ("10.0.14393", "10.0.17763.1", "hyperv", Verdict.TOO_NEW),
        ("10.0.17763", "10.0.14393.1", "process", Verdict.NEEDS_HYPERV),
        ("10.0.17763", "10.0.14393.1", "hyperv", Verdict.FITS),
        ("10.0.17763.1", "10.0.17763.2", "default", Verdict.FITS),
        ("10.0.26100", "10.0.20348.1", "default", Verdict.FITS),
        ("10.0.26100", "10.0.17763.1", "default", Verdict.NEEDS_HYPERV),
        ("10.0.20348", "", "default", Verdict.FITS),
    ],
)
def test_which_image_fits_which_host(host, image, isolation, verdict):
    assert judge_fit(host, image, Isolation(isolation)).verdict is verdict


def test_docker_takes_the_variant_that_fits():
    both = ("10.0.17763.1", "10.0.20348.1")
    assert best_fit("10.0.20348", both).verdict is Verdict.FITS
    assert best_fit("10.0.14393", both).verdict is Verdict.TOO_NEW
    assert best_fit("10.0.14393", ()).verdict is Verdict.FITS


def test_versions_in_manifests():
    many = '[{"Descriptor": {"platform": {"os": "windows", "os.version": "10.0.1.2"}}}]'
    one = '{"Descriptor": {"platform": {"os": "windows", "os.version": "10.0.1.2"}}}'
    plain = '{"manifests": [{"platform": {"os": "windows", "os.version": "10.0.1.2"}}]}'
    for text in (many, one, plain):
        assert manifest_versions(text) == ("10.0.1.2",)
    assert manifest_versions('[{"Descriptor": {"platform": {"os": "linux"}}}]') == ()
    assert manifest_versions("no JSON") == manifest_versions("3") == ()


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("Get https://registry-1.docker.io/v2/: net/http: TLS handshake timeout", True),
        ("dial tcp 192.0.2.1:443: i/o timeout", True),
        ("read tcp: wsarecv: An existing connection was forcibly closed by the remote host.", True),
        ("received unexpected HTTP status: 503 Service Unavailable", True),
        ("unexpected EOF", True),
        ("toomanyrequests: You have reached your pull rate limit.", False),
        ("429 Too Many Requests: i/o timeout", False),
        ("manifest for a:b not found: manifest unknown", False),
        (
            "pull access denied for a, repository does not exist or may require 'docker login'",
            False,
        ),
        ("x509: certificate signed by unknown authority", False),
        ("something new", False),
    ],
)
def test_what_passes_by_itself(text, passes):
    assert passes_by_itself(text) is passes
