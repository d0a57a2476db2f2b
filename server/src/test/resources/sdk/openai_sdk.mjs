// Drives the server with OpenAI's own client. Arguments: folder with node_modules, base URL, chat model, embedding model, data URI.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [folder, base, chat, embed, picture] = process.argv.slice(2);
const OpenAI = createRequire(folder + "/")("openai");
const client = new OpenAI({ baseURL: base + "/v1", apiKey: "none", maxRetries: 0 });
const ids = [];
for await (const model of client.models.list()) ids.push(model.id);
assert(ids.includes(chat) && ids.includes(embed));

const messages = [{ role: "user", content: [
  { type: "image_url", image_url: { url: picture } }, { type: "text", text: "What is it?" }] }];
const first = await client.chat.completions.create({ model: chat, messages, max_tokens: 8, temperature: 0 });
const text = first.choices[0].message.content;
assert(text);
const again = await client.chat.completions.create({ model: chat, messages, max_tokens: 8, temperature: 0 });
assert.equal(again.choices[0].message.content, text);
assert.equal(again.embedonce.images[0].hit, true);

let streamed = "", usage;
const options = { model: chat, messages, max_tokens: 8, temperature: 0, stream: true, stream_options: { include_usage: true } };
for await (const chunk of await client.chat.completions.create(options)) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
  usage = chunk.usage ?? usage;
}
assert.equal(streamed, text);
assert(usage.prompt_tokens > 0);

const vectors = await client.embeddings.create({ model: embed, input: ["a cat", picture] });
assert.equal(vectors.data.length, 2);
assert(vectors.data[0].embedding.length > 4);

const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }];
const called = await client.chat.completions.create({
  model: "tiny-caller", messages: [{ role: "user", content: "How is the weather?" }], tools, max_tokens: 20, temperature: 0 });
assert.equal(called.choices[0].finish_reason, "tool_calls");
assert.deepEqual(JSON.parse(called.choices[0].message.tool_calls[0].function.arguments), { city: "Oslo", days: 2 });

await assert.rejects(client.chat.completions.create({ model: "other", messages }), OpenAI.NotFoundError);
await assert.rejects(client.chat.completions.create({ model: chat, messages: [] }), OpenAI.BadRequestError);
const controller = new AbortController();
const long = await client.chat.completions.create(
  { model: chat, messages, max_tokens: 400, temperature: 1.9, stream: true }, { signal: controller.signal });
for await (const chunk of long) { assert(chunk.id); break; }
console.log("openai for JavaScript ok");
