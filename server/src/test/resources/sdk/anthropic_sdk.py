"""Drives the server with Anthropic's own client. Arguments: base URL, chat model, a PNG in Base64."""
import sys

import anthropic

base, chat, picture = sys.argv[1:4]
TOOLS = [{"name": "weather", "description": "Tells the weather", "input_schema": {"type": "object"}}]
GREEDY = {"temperature": 0}  # its newest versions do not name it
client = anthropic.Anthropic(base_url=base, api_key="none", max_retries=0)
messages = [{"role": "user", "content": [
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": picture}},
    {"type": "text", "text": "What is it?"}]}]
first = client.messages.create(model=chat, max_tokens=8, messages=messages, extra_body=GREEDY, system="Be brief.")
text = first.content[0].text
assert text and first.stop_reason in ("end_turn", "max_tokens")
with client.messages.stream(model=chat, max_tokens=8, messages=messages, extra_body=GREEDY, system="Be brief.") as stream:
    assert "".join(stream.text_stream) == text
    final = stream.get_final_message()
assert final.usage.cache_read_input_tokens > 0 and final.usage.input_tokens == 1, final.usage
question = [{"role": "user", "content": "How is the weather?"}]
use = client.messages.create(model="tiny-caller", max_tokens=20, messages=question, tools=TOOLS, extra_body=GREEDY)
assert use.stop_reason == "tool_use" and use.content[-1].name == "weather", use
result = {"type": "tool_result", "tool_use_id": use.content[-1].id, "content": "Snow"}
question += [{"role": "assistant", "content": use.content}, {"role": "user", "content": [result]}]
with client.messages.stream(model="tiny-caller", max_tokens=20, messages=question, tools=TOOLS, extra_body=GREEDY) as stream:
    assert stream.get_final_message().content[-1].input == {"city": "Oslo", "days": 2}
for arguments, error in [
    ({"model": "other", "messages": messages}, anthropic.NotFoundError),
    ({"model": chat, "messages": []}, anthropic.BadRequestError),
    ({"model": chat, "messages": messages, "tools": [{"type": "web_search_20250305", "name": "web_search"}]}, anthropic.BadRequestError),
]:
    try:
        client.messages.create(max_tokens=8, **arguments)
        raise SystemExit("no error")
    except error as e:
        assert e.body["error"]["message"], e
print("anthropic", anthropic.__version__, "ok")
