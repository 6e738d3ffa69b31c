"""Names and words of docker's that users write, told plainly when they are wrong."""

from __future__ import annotations

from typing import Annotated

from provision.model.shape import Shape

_LETTERS = "of letters, digits, _ . and -, the first a letter or digit"

ContainerName = Annotated[
    str, Shape(r"^[a-zA-Z0-9][a-zA-Z0-9_.-]+$", f"a name of two or more characters, {_LETTERS}")
]
NetworkName = Annotated[
    str, Shape(r"^[a-zA-Z0-9][a-zA-Z0-9_. -]*$", f"a name {_LETTERS}, and spaces")
]
Driver = Annotated[
    str,
    Shape(
        r"^(nat|transparent|l2bridge|l2tunnel|overlay|ics)$",
        "nat, transparent, l2bridge, l2tunnel, overlay or ics",
    ),
]
RestartPolicy = Annotated[
    str,
    Shape(
        r"^(no|always|unless-stopped|on-failure(:\d+)?)$",
        "no, always, unless-stopped, on-failure or on-failure:N",
    ),
]
SearchTerm = Annotated[str, Shape(r"^[^-\s]\S*$", "one word that does not begin with -")]
