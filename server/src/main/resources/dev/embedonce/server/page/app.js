"use strict";
const $ = id => document.getElementById(id);
const make = (name, className, text) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

/* ---- what the cache does ---- */
const SOURCES = {
  memory: "memory", store: "store", shared: "shared with another request", pixels: "same pixels in other bytes",
  foreign: "other programs' rows", encoded: "encoded (a miss)", failed: "failed"
};
const bytes = n => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let i = 0;
  while (n >= 1024 && i < units.length - 1) { n /= 1024; i++; }
  return (n >= 100 || i === 0 ? n.toFixed(0) : n.toFixed(1)) + " " + units[i];
};
const seconds = s => s >= 7200 ? (s / 3600).toFixed(1) + " h" : s >= 120 ? (s / 60).toFixed(1) + " min"
  : s >= 1 ? s.toFixed(1) + " s" : (s * 1000).toFixed(s < 0.01 ? 2 : 0) + " ms";
const millis = ms => (ms >= 100 ? ms.toFixed(0) : ms >= 1 ? ms.toFixed(1) : ms.toFixed(2)) + " ms";
const count = (n, thing) => n.toLocaleString("en") + " " + thing + (n === 1 ? "" : "s");

const badge = image => {
  const shown = make("figcaption", "served " + (image.hit ? "hit" : "miss"));
  shown.append(make("span", "badge", (image.hit ? "hit" : "miss") + " · " + millis(image.ms)));
  if (image.hit) shown.append(make("span", "note", image.source));
  return shown;
};

function showStats(stats) {
  const reused = stats.hits + stats.by_source.pixels;
  $("rate").textContent = stats.images ? (100 * stats.hit_rate).toFixed(stats.hit_rate === 1 ? 0 : 1) + " %" : "–";
  $("rate-note").textContent = stats.images ? reused.toLocaleString("en") + " of " + count(stats.images, "image") : "no images yet";
  $("saved").textContent = seconds(stats.encoder_seconds_saved);
  $("spent").textContent = seconds(stats.encoder_seconds) + " spent";
  $("bytes").textContent = stats.store ? bytes(stats.store.bytes) : "–";
  $("entries").textContent = stats.store ? stats.store.entries.toLocaleString("en") + (stats.store.entries === 1 ? " entry" : " entries") : "";
  $("memory").textContent = bytes(stats.memory.bytes);
  $("evicted").textContent = "of " + bytes(stats.memory.most_bytes) + ", " + stats.memory.evictions.toLocaleString("en") + " evicted";
  $("kv").textContent = bytes(stats.state_bytes);
  $("sources").replaceChildren(...Object.entries(SOURCES).map(([key, name]) => {
    const row = make("tr");
    row.append(make("td", "", name), make("td", "", stats.by_source[key].toLocaleString("en")));
    return row;
  }));
  chart(stats.history);
}

function chart(history) {
  const most = Math.max(1, ...history.map(point => point.images));
  const bars = [];
  history.forEach((point, i) => {
    const x = 360 - history.length + i;
    const reused = 84 * point.reused / most, encoded = 84 * (point.images - point.reused) / most;
    for (const [name, height, y] of [["reused", reused, 90 - reused], ["encoded", encoded, 90 - reused - encoded]]) {
      if (height <= 0) continue;
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      bar.setAttribute("class", "bar-" + name);
      for (const [key, value] of [["x", x], ["y", y], ["width", 1], ["height", height]]) bar.setAttribute(key, value);
      bars.push(bar);
    }
  });
  $("chart").replaceChildren(...bars);
  const images = history.reduce((sum, point) => sum + point.images, 0);
  const reused = history.reduce((sum, point) => sum + point.reused, 0);
  $("chart-note").hidden = images > 0;
  $("chart").setAttribute("aria-label", "Last hour: " + count(images, "image") + ", " + reused + " reused");
}

let recentBefore = "";
function showRecent(recent) {
  const now = JSON.stringify(recent);
  if (now === recentBefore) return;
  recentBefore = now;
  $("recent-note").textContent = !recent.enabled ? "Thumbnails are off; the server shows none unless it is told to."
    : recent.images.length ? "" : "None yet.";
  $("recent").replaceChildren(...recent.images.map(image => {
    const item = make("li"), figure = make("figure"), picture = make("img");
    picture.alt = "image " + image.sha256.slice(0, 8);
    if (image.thumbnail) picture.src = image.thumbnail;
    figure.append(picture, badge(image));
    figure.title = image.sha256;
    item.append(figure);
    return item;
  }));
}

function state(text, bad) {
  if ($("state").textContent !== text) $("state").textContent = text;
  $("state").classList.toggle("bad", Boolean(bad));
}

async function json(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error("status " + response.status);
  return response.json();
}

async function refresh() {
  try {
    const [stats, recent] = await Promise.all([json("/v1/cache/stats"), json("/page/recent")]);
    showStats(stats);
    showRecent(recent);
    state("connected");
  } catch (error) {
    state("no connection", true);
  }
}

async function models() {
  const list = (await json("/v1/models")).data;
  $("models").replaceChildren(...list.flatMap(model =>
    [make("dt", "", model.id + " (" + model.embedonce.kind + ")"), make("dd", "", model.embedonce.vision)]));
  $("model").replaceChildren(...list.filter(model => model.embedonce.kind === "chat").map(model => make("option", "", model.id)));
  $("send").disabled = $("model").options.length === 0;
}

/* ---- the chat ---- */
let conversation = [];
let attached = [];
let running = null;

const readAsUrl = file => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

async function attach(files) {
  for (const file of files) {
    if (file.type.startsWith("image/")) attached.push({name: file.name, url: await readAsUrl(file)});
  }
  showAttached();
}

function showAttached() {
  $("attached").replaceChildren(...attached.map((image, index) => {
    const item = make("li"), picture = make("img"), remove = make("button", "", "×");
    picture.src = image.url;
    picture.alt = image.name;
    remove.type = "button";
    remove.setAttribute("aria-label", "Remove " + image.name);
    remove.onclick = () => { attached.splice(index, 1); showAttached(); $("text").focus(); };
    item.append(picture, remove);
    return item;
  }));
}

function message(kind, who, text) {
  $("log").querySelector(".empty")?.remove();
  const box = make("div", "message " + kind);
  box.append(make("span", "who", who));
  const body = make("span", "body", text);
  box.append(body);
  $("log").append(box);
  $("log").scrollTop = $("log").scrollHeight;
  return {box, body};
}

function userMessage(text, images) {
  const shown = message("user", "You", text);
  const pictures = make("div", "pictures");
  const figures = images.map(image => {
    const figure = make("figure"), picture = make("img");
    picture.src = image.url;
    picture.alt = image.name;
    figure.append(picture);
    pictures.append(figure);
    return figure;
  });
  if (images.length) shown.box.insertBefore(pictures, shown.body);
  return figures;
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (true) {
    const {value, done} = await reader.read();
    if (done) return;
    rest += value;
    const parts = rest.split("\n\n");
    rest = parts.pop();
    for (const part of parts) if (part.startsWith("data: ") && part !== "data: [DONE]") yield JSON.parse(part.slice(6));
  }
}

async function ask(text, images) {
  const figures = userMessage(text, images);
  const content = images.map(image => ({type: "image_url", image_url: {url: image.url}}));
  content.push({type: "text", text});
  conversation.push({role: "user", content, figures});
  const answer = message("assistant", $("model").value, "…");
  running = new AbortController();
  let written = "";
  try {
    const response = await fetch("/v1/chat/completions", {
      method: "POST", signal: running.signal, headers: {"Content-Type": "application/json"},
      body: JSON.stringify({
        model: $("model").value, stream: true, stream_options: {include_usage: true}, max_tokens: Number($("most").value) || 128,
        messages: conversation.map(({role, content}) => ({role, content}))
      })
    });
    if (!response.ok) throw new Error((await response.json()).error.message);
    for await (const event of events(response)) {
      if (event.error) throw new Error(event.error.message);
      if (event.embedonce) showServed(event.embedonce.images);
      written += event.choices[0]?.delta?.content ?? "";
      answer.body.textContent = written || "…";
      if (event.usage) facts(answer.box, event.usage);
      $("log").scrollTop = $("log").scrollHeight;
    }
    conversation.push({role: "assistant", content: written});
    answer.body.textContent = written || "(nothing)";
  } catch (error) {
    conversation.pop();
    answer.box.classList.add("error");
    answer.body.textContent = error.name === "AbortError" ? (written + " (stopped)") : error.message;
  } finally {
    running = null;
    refresh();
  }
}

function facts(box, usage) {
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  box.append(make("span", "facts", count(usage.prompt_tokens, "prompt token") + ", " + cached + " of them reused; "
    + count(usage.completion_tokens, "token") + " written"));
}

function showServed(images) {
  const figures = conversation.flatMap(message => message.figures ?? []);
  images.forEach((image, index) => {
    if (!figures[index]) return;
    figures[index].querySelector(".served")?.remove();
    figures[index].append(badge(image));
  });
}

function busy(yes) {
  $("send").textContent = yes ? "Stop" : "Send";
}

$("form").addEventListener("submit", async event => {
  event.preventDefault();
  if (running) { running.abort(); return; }
  const text = $("text").value.trim();
  if (!text && !attached.length) { $("text").focus(); return; }
  const images = attached;
  attached = [];
  $("text").value = "";
  showAttached();
  busy(true);
  await ask(text, images);
  busy(false);
});
$("text").addEventListener("keydown", event => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !running) {
    event.preventDefault();
    $("form").requestSubmit();
  }
});
$("files").addEventListener("change", async () => { await attach($("files").files); $("files").value = ""; });
$("clear").addEventListener("click", () => {
  running?.abort();
  conversation = [];
  attached = [];
  showAttached();
  $("log").replaceChildren(make("p", "empty", "A new chat. Images that were seen before are hits here too."));
  $("text").focus();
});
const chat = $("chat");
for (const name of ["dragenter", "dragover"]) chat.addEventListener(name, event => { event.preventDefault(); chat.classList.add("over"); });
for (const name of ["dragleave", "drop"]) chat.addEventListener(name, event => { event.preventDefault(); chat.classList.remove("over"); });
chat.addEventListener("drop", event => attach(event.dataTransfer.files));
document.addEventListener("paste", event => { if (event.clipboardData.files.length) attach(event.clipboardData.files); });

models().catch(() => state("no connection", true));
refresh();
setInterval(refresh, 3000);
