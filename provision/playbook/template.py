"""Fill in templates: Jinja2, sandboxed, bounded, an undefined variable is an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MappingView
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateSyntaxError, Undefined, nodes
from pydantic import BaseModel

from provision.model.errors import InputError, Problem
from provision.model.playbook import Place
from provision.model.position import Position
from provision.playbook.bounds import budget, check_length, listed
from provision.playbook.environment import RESULT, BoundedEnvironment
from provision.playbook.places import Places
from provision.playbook.template_error import file_problem, template_problem
from provision.playbook.template_names import Names, names_in

At = Position | Places | None
"""Where a value stands: of all of it, or of each of its parts."""

_TRUE = frozenset(("true", "yes", "on"))
_LISTS: tuple[type[Any], ...] = (list, tuple, set, frozenset, range, Iterator, MappingView)
_FALSE = frozenset(("false", "no", "off", ""))


def has_template(value: Any) -> bool:
    """Tell whether a value is text with a template in it."""
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def bare(expression: str) -> str:
    """Take the braces off an expression that is written with them."""
    text = expression.strip()
    inner = text[2:-2]
    if text.startswith("{{") and text.endswith("}}") and "{{" not in inner and "}}" not in inner:
        return inner.strip()
    return text


class Renderer:
    """Fills in templates with variables; keeps nothing but compiled templates."""

    def __init__(self) -> None:
        self._environment = BoundedEnvironment()
        self._text = lru_cache(maxsize=1000)(self._compile_text)
        self._expression = lru_cache(maxsize=1000)(self._compile_expression)
        self._text_names = lru_cache(maxsize=10_000)(self._parse_text)
        self._expression_names = lru_cache(maxsize=10_000)(self._parse_expression)

    def render(self, value: Any, variables: Mapping[str, Any], at: At = None) -> Any:
        """Fill in all templates of nested plain data.

        A text that is exactly one `{{ expression }}` keeps the expression's type. Keys are left as
        they are.

        Args:
            value: What was written.
            variables: All that the templates may use; only what they name is looked up.
            at: Where the value stands.

        Raises:
            InputError: With every template that cannot be filled in.
        """
        problems: list[Problem] = []
        places = at if isinstance(at, Places) else Places({(): at} if at else {})
        result = self._render(value, variables, places, (), problems)
        if problems:
            raise InputError(problems)
        return result

    def render_text(self, text: str, variables: Mapping[str, Any], source: str) -> str:
        """Fill in the text of a file; the result is text whatever it holds.

        Args:
            source: The file, for messages.

        Raises:
            InputError: It cannot be filled in.
        """
        try:
            template, names = self._text(text)[:2]
            with budget():
                return _written(template, _chosen(variables, names.used))
        except InputError:
            raise
        except Exception as error:
            problem = file_problem(error, text, source, variables)
        raise InputError([problem])

    def evaluate(self, expression: str, variables: Mapping[str, Any], at: At = None) -> bool:
        """Decide an expression, as in `when`; braces around it are tolerated.

        The words true, yes, on, false, no, off as text count as what they say, so that `--var`
        and registered output can be used as they are.

        Raises:
            InputError: It cannot be worked out.
        """
        position = at.of() if isinstance(at, Places) else at
        try:
            template, names = self._expression(bare(expression))
            with budget():
                value = _result(template, _chosen(variables, names.used))
            word = value.strip().lower() if isinstance(value, str) else None
            return word in _TRUE or (word not in _FALSE if word is not None else bool(value))
        except InputError as error:
            problems = [_moved(problem, position) for problem in error.problems]
        except Exception as error:
            problems = [template_problem(error, expression, position, variables)]
        raise InputError(problems)

    def names(self, expression: str) -> frozenset[str]:
        """Give the variables that an expression without braces uses."""
        return self.check_expression(expression).used

    def check_text(self, text: str) -> Names:
        """Parse a text, and say which variables it uses.

        Raises:
            InputError: Its syntax is wrong; without a position.
        """
        try:
            return self._text_names(text)
        except TemplateSyntaxError as error:
            problem = template_problem(error, text, None)
        raise InputError([problem])

    def check_expression(self, expression: str) -> Names:
        """Parse an expression as `evaluate` takes it, and say which variables it uses.

        Raises:
            InputError: Its syntax is wrong; without a position.
        """
        try:
            return self._expression_names(bare(expression))
        except TemplateSyntaxError as error:
            problem = template_problem(error, expression, None)
        raise InputError([Problem(problem.message, hint="write it as in: facts.os_build > 14000")])

    def _render(
        self,
        value: Any,
        variables: Mapping[str, Any],
        places: Places,
        place: Place,
        problems: list[Problem],
    ) -> Any:
        if isinstance(value, Mapping):
            return {
                key: self._render(item, variables, places, (*place, key), problems)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [
                self._render(item, variables, places, (*place, index), problems)
                for index, item in enumerate(value)
            ]
        if not has_template(value):
            return value
        try:
            return self._fill(value, variables)
        except InputError as error:
            problems += [_moved(problem, places.of(place)) for problem in error.problems]
        except Exception as error:
            problems.append(template_problem(error, value, places.of(place), variables))
        return None

    def _fill(self, text: str, variables: Mapping[str, Any]) -> Any:
        template, names, native = self._text(text)
        chosen = _chosen(variables, names.used)
        with budget():
            return _result(native, chosen) if native else _written(template, chosen)

    def _compile_text(self, text: str) -> tuple[Template, Names, Template | None]:
        tree = self._environment.text_tree(text)
        names = names_in(tree)
        native = self._environment.single_expression(tree)
        compiled = self._compile(native) if native else None
        return self._compile(self._environment.text_tree(text)), names, compiled

    def _compile_expression(self, expression: str) -> tuple[Template, Names]:
        tree = self._environment.expression_tree(expression)
        return self._compile(tree), names_in(tree)

    def _parse_text(self, text: str) -> Names:
        return names_in(self._environment.text_tree(text))

    def _parse_expression(self, expression: str) -> Names:
        return names_in(self._environment.expression_tree(expression))

    def _compile(self, tree: nodes.Template) -> Template:
        return self._environment.from_string(tree)


def _chosen(variables: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: variables[name] for name in names if name in variables}


def _written(template: Template, variables: Mapping[str, Any]) -> str:
    parts: list[str] = []
    length = 0
    for part in template.generate(variables):
        length += len(part)
        check_length(length)
        parts.append(part)
    return "".join(parts)


def _result(template: Template, variables: Mapping[str, Any]) -> Any:
    context = template.new_context(dict(variables))
    for _ in template.root_render_func(context):
        pass
    return _plain(context.vars[RESULT])


def _plain(value: Any) -> Any:
    """Keep to data that a parameter can hold; complain about anything else."""
    if isinstance(value, Undefined):
        raise value._undefined_exception(value._undefined_message)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        check_length(len(value))
        return str(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, _LISTS):
        return [_plain(item) for item in listed(value)]
    raise TypeError(f"gives a {type(value).__name__}, which is no data")


def _moved(problem: Problem, position: Position | None) -> Problem:
    return Problem(problem.message, problem.position or position, problem.hint)
