"""Renders templates with transformers' own function and says how that ended."""

import copy
import datetime
import warnings

import jinja2
from transformers.utils import chat_template_utils

# some snippets are meant to be odd Python
warnings.filterwarnings("ignore", category=SyntaxWarning)

NOW = datetime.datetime(2025, 3, 7, 9, 5, 3, 42)


class FixedDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


chat_template_utils.datetime = FixedDatetime


def outcome(render):
    """{"output": text} or {"error": kind, "message": text}; kinds are syntax, raised, undefined and other."""
    try:
        return {"output": render()}
    except jinja2.exceptions.TemplateAssertionError as e:
        return {"error": "other", "message": f"TemplateAssertionError: {e.message}"}
    except (jinja2.exceptions.TemplateSyntaxError, SyntaxError) as e:
        return {"error": "syntax", "message": str(e).split("\n")[0]}
    except jinja2.exceptions.UndefinedError as e:
        return {"error": "undefined", "message": str(e)}
    except jinja2.exceptions.TemplateError as e:
        if type(e) is jinja2.exceptions.TemplateError:
            return {"error": "raised", "message": str(e)}
        return {"error": "other", "message": f"{type(e).__name__}: {e}"}
    except Exception as e:
        return {"error": "other", "message": f"{type(e).__name__}: {e}"}


def snippet(source, variables, optimized=True):
    # a copy: jinja2's indent filter appends to a list
    own = copy.deepcopy(variables)


    def render():
        template = chat_template_utils._cached_compile_jinja_template(source)
        if not optimized:
            template = template.environment.overlay(optimized=False).from_string(source)
        return template.render(**own)

    return outcome(render)


def chat(source, conversation):
    """As tokenizers call it: a list with one conversation in, a list with one text out."""

    def render():
        arguments = dict(conversation)
        messages = arguments.pop("messages")
        texts, _ = chat_template_utils.render_jinja_template([messages], chat_template=source, **arguments)
        return texts[0]

    return outcome(render)


def seen_by_template(conversation):
    """The variables that the template gets for a conversation: what is not given is none, reasoning has several names."""
    plain = chat_template_utils._plain_template_data(conversation)
    defaults = {"tools": None, "documents": None, "add_generation_prompt": False}
    return {**defaults, **plain, "messages": chat_template_utils._alias_reasoning_fields(plain["messages"])}
