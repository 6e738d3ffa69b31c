"""JSON Schemas of host files and playbooks, for editors; made from the models and their docs.

They are a little wider than the checks themselves: a parameter that is no text may also be a text
with a template, and what depends on several parameters at once is not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from provision.playbook.docs import docs_of
from provision.playbook.host_written import SINGLE_KEYS, HostFileWritten
from provision.playbook.params import as_step_class
from provision.playbook.written import IncludeWritten, PlaybookWritten, TaskWritten

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]
_TEMPLATE: Schema = {"type": "string", "pattern": r"\{\{|\{%"}
_NARROWING = frozenset(("enum", "const", "pattern", "minLength", "maxLength", "format"))
_ABOUT = ("title", "description", "default", "examples")


class _Generator(GenerateJsonSchema):
    """Documents models from their docstrings, and tells of short forms.

    Attributes:
        short: What may be written in place of a value that is read before it is checked.
    """

    short: Schema = {"type": "null"}

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        """Give the model and its properties the words of its docstring."""
        made = super().model_schema(schema)
        cls = schema["cls"]
        docs = docs_of(cls.__doc__)
        made["description"] = "\n\n".join(part for part in (docs.summary, docs.body) if part)
        for parent in reversed(cls.__mro__):
            for name, text in docs_of(parent.__doc__).arguments.items():
                if name in made.get("properties", {}):
                    made["properties"][name]["description"] = text
        if schema["schema"]["type"] != "function-before" or hasattr(cls, "from_written"):
            return made
        return {"anyOf": [made, self.short]}

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> Schema:
        """Let a list or a mapping have a short form."""
        inner = super().function_before_schema(schema)
        kept = ("string", "integer", "number", "boolean")
        if schema["schema"]["type"] == "model-fields" or inner.get("type") in kept:
            return inner
        return {"anyOf": [inner, self.short]}


class _StepGenerator(_Generator):
    """Steps have short forms that are text."""

    short: Schema = {"type": ["string", "null"]}


def host_schema() -> Schema:
    """Give the schema of host files, with one host or with several."""
    schema, definitions = _schema_of(HostFileWritten, "")
    return {
        "$schema": DIALECT,
        **schema,
        "title": "Host file",
        "if": {"required": ["hosts"]},
        "then": {"properties": dict.fromkeys(SINGLE_KEYS, False)},
        "else": {"properties": {"groups": False, "defaults": False}},
        "$defs": definitions,
    }


def playbook_schema(steps: Mapping[str, type[BaseModel]]) -> Schema:
    """Give the schema of playbooks.

    Args:
        steps: The known kinds of step, by name.
    """
    playbook, definitions = _schema_of(PlaybookWritten, "playbook.")
    task, of_task = _schema_of(TaskWritten, "task.")
    include, of_include = _schema_of(IncludeWritten, "include.")
    definitions |= {**of_task, **of_include, "include": include}
    task["oneOf"] = [{"required": [name]} for name in steps]
    for name, step in steps.items():
        schema, of_step = _schema_of(step, f"{name}.", _StepGenerator)
        definitions |= {key: _with_templates(one) for key, one in of_step.items()}
        definitions[name] = _step(_with_templates(schema), as_step_class(step).short)
        task["properties"][name] = {"$ref": f"#/$defs/{name}"}
    definitions["task"] = task
    playbook["properties"]["tasks"]["items"] = {
        "if": {"type": "object", "required": ["include"]},
        "then": {"$ref": "#/$defs/include"},
        "else": {"$ref": "#/$defs/task"},
    }
    playbook["properties"]["handlers"]["items"] = {"$ref": "#/$defs/task", "required": ["name"]}
    return {"$schema": DIALECT, **playbook, "title": "Playbook", "$defs": definitions}


def _schema_of(
    model: type[BaseModel], prefix: str, generator: type[_Generator] = _Generator
) -> tuple[Schema, dict[str, Schema]]:
    """A model's schema, and what it refers to, under names of its own."""
    template = f"#/$defs/{prefix}{{model}}"
    schema = model.model_json_schema(ref_template=template, schema_generator=generator)
    definitions = schema.pop("$defs", {})
    return schema, {f"{prefix}{name}": one for name, one in definitions.items()}


def _step(schema: Schema, short: str | None) -> Schema:
    """A step's parameters, or its short form, or a template for all of them."""
    other = schema["properties"][short] if short else _TEMPLATE
    forms: list[Schema] = [{key: one for key, one in schema.items() if key != "description"}, other]
    if not schema.get("required"):
        forms.append({"type": "null"})
    return {"description": schema.get("description", ""), "anyOf": forms}


def _with_templates(schema: Schema) -> Schema:
    """Let each value within a schema be a template."""
    result = dict(schema)
    if "properties" in schema:
        result["properties"] = {key: _or_template(one) for key, one in schema["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            result[key] = _or_template(schema[key])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            result[key] = [_with_templates(one) for one in schema[key]]
    return result


def _or_template(schema: Schema) -> Schema:
    inner = _with_templates(schema)
    if _takes_any_text(schema):
        return inner
    about = {key: inner.pop(key) for key in _ABOUT if key in inner}
    return {**about, "anyOf": [inner, _TEMPLATE]}


def _takes_any_text(schema: Schema) -> bool:
    if any(_takes_any_text(one) for one in schema.get("anyOf", ())):
        return True
    kind = schema.get("type")
    if kind is None:
        return not (schema.keys() - set(_ABOUT))
    return "string" in (kind if isinstance(kind, list) else [kind]) and not (
        schema.keys() & _NARROWING
    )
