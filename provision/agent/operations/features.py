"""Operations on Windows features."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from provision.agent.operations.base import Answer, ChangeAnswer, Operation


class FeatureState(Enum):
    """Whether a feature is installed, as far as a playbook cares."""

    PRESENT = "present"
    ABSENT = "absent"


class FeatureAnswer(ChangeAnswer):
    """`before` and `after` are `{"installed": bool}`; `restart_needed` as Windows says."""

    restart_needed: bool


class FeatureEnsure(Operation[FeatureAnswer]):
    """Install or remove a Windows feature. An unknown feature is the error `NotFound`."""

    name: ClassVar[str] = "feature.ensure"
    answer: ClassVar[type[Answer]] = FeatureAnswer
    changes: ClassVar[bool] = True

    feature: str
    state: FeatureState = FeatureState.PRESENT


class Feature(Answer):
    """One Windows feature."""

    name: str
    installed: bool


class FeatureListAnswer(Answer):
    """The features that were asked for, in that order; unknown ones are left out."""

    features: tuple[Feature, ...]


class FeatureList(Operation[FeatureListAnswer]):
    """Look at Windows features by name."""

    name: ClassVar[str] = "feature.list"
    answer: ClassVar[type[Answer]] = FeatureListAnswer

    names: tuple[str, ...]
