"""Drives the server with OpenAI's own client. Arguments: base URL, chat model, embedding model, a PNG as data URI."""
import json
import sys

import openai

base, chat, embed, picture = sys.argv[1:5]
client = openai.OpenAI(base_url=base + "/v1", api_key="none", max_retries=0)
ids = [model.id for model in client.models.list()]
assert chat in ids and embed in ids, ids
assert client.models.retrieve(chat).id == chat

messages = [{"role": "user", "content": [
    {"type": "image_url", "image_url": {"url": picture}}, {"type": "text", "text": "What is it?"}]}]
first = client.chat.completions.create(model=chat, messages=messages, max_tokens=8, temperature=0)
again = client.chat.completions.create(model=chat, messages=messages, max_completion_tokens=8, temperature=0)
text = first.choices[0].message.content
assert text and again.choices[0].message.content == text
assert first.choices[0].finish_reason in ("stop", "length")
assert again.usage.prompt_tokens_details.cached_tokens == again.usage.prompt_tokens - 1
assert again.embedonce["images"][0]["hit"] is True

chunks = list(client.chat.completions.create(
    model=chat, messages=messages, max_tokens=8, temperature=0, stream=True, stream_options={"include_usage": True}))
assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == text
assert chunks[-1].usage.completion_tokens > 0 and not chunks[-1].choices

several = client.chat.completions.create(
    model=chat, messages=[{"role": "user", "content": "Hi"}], n=2, seed=1, temperature=1.5, max_tokens=5, logprobs=True,
    top_logprobs=2)
assert len(several.choices) == 2
assert len(several.choices[0].logprobs.content[0].top_logprobs) == 2

default = client.embeddings.create(model=embed, input=["a cat", "a dog"])  # the client asks for base64
floats = client.embeddings.create(model=embed, input=["a cat", picture], encoding_format="float")
assert len(default.data) == 2 and len(default.data[0].embedding) == len(floats.data[1].embedding)
assert all(abs(a - b) < 1e-6 for a, b in zip(default.data[0].embedding, floats.data[0].embedding))

tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
question = [{"role": "user", "content": "How is the weather?"}]
called = client.chat.completions.create(model="tiny-caller", messages=question, tools=tools, max_tokens=20, temperature=0)
call = called.choices[0].message.tool_calls[0]
assert called.choices[0].finish_reason == "tool_calls" and call.function.name == "weather", called
question += [called.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "Snow"}]
with client.chat.completions.stream(model="tiny-caller", messages=question, tools=tools, max_tokens=20, temperature=0) as stream:
    streamed = stream.get_final_completion().choices[0].message.tool_calls[0]
assert json.loads(streamed.function.arguments) == {"city": "Oslo", "days": 2}, streamed

for make, error in [
    (lambda: client.chat.completions.create(model="other", messages=messages), openai.NotFoundError),
    (lambda: client.chat.completions.create(model=chat, messages=[]), openai.BadRequestError),
    (lambda: client.chat.completions.create(model=chat, messages=messages, extra_body={"wish": 1}), openai.BadRequestError),
    (lambda: client.embeddings.create(model=embed, input="x", dimensions=3), openai.BadRequestError),
]:
    try:
        make()
        raise SystemExit("no error")
    except error as e:
        assert e.body["message"], e
with client.chat.completions.create(model=chat, messages=messages, max_tokens=400, temperature=1.9, stream=True) as stream:
    next(iter(stream))  # and go
print("openai", openai.__version__, "ok")
