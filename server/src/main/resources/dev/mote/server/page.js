// The page of a server of functions: what there is, and how one of them does. All that is shown is text, never markup.

const API = "/v1/functions";
const POLL_MILLIS = 2000;
const MOST_LOG_LINES = 1000;

const byId = (id) => document.getElementById(id);

let known = [];
let broken = {};
let shown = null; // the name of the function that is looked at
let log = null; // its EventSource

function element(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text }, properties);
}

/** Replaces a list's items, which are made of values. */
function fill(list, values, make) {
  list.replaceChildren(...values.flatMap(make));
}

function number(count, what) {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function bytes(count) {
  return count >= 1 << 20 ? `${(count / (1 << 20)).toFixed(1)} MiB` : `${(count / 1024).toFixed(0)} KiB`;
}

function time(micros) {
  if (micros >= 1e6) return `${micros / 1e6} s`;
  return micros >= 1000 ? `${micros / 1000} ms` : `${micros} µs`;
}

async function get(path) {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${path}: status ${response.status}`);
  return response.json();
}

function showTrouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = text === "";
}

// What there is

function showFunctions() {
  const filter = byId("filter").value.trim().toLowerCase();
  const served = known.filter((f) => f.name.includes(filter));
  const failed = Object.keys(broken).filter((name) => name.includes(filter));
  fill(byId("functions"), [...served, ...failed.map((name) => ({ name, why: broken[name] }))], (f) => {
    const item = element("li", "");
    const button = element("button", f.name, { type: "button" });
    if (f.why) {
      item.append(element("div", `${f.name} does not start: ${f.why}`, { className: "bad" }));
      return item;
    }
    button.setAttribute("aria-current", String(f.name === shown));
    button.append(element("br", ""), element("small", `${f.language} · ${number(f.invocations, "invocation")}`));
    if (f.faults > 0) button.append(element("small", ` · ${number(f.faults, "fault")}`, { className: "bad" }));
    button.addEventListener("click", () => choose(f.name));
    item.append(button);
    return item;
  });
  byId("none").hidden = known.length > 0 || failed.length > 0;
}

function showMachines(m) {
  byId("machines").textContent =
    `${number(m.machines, "micro-VM")}, ${m.busy} busy · ${number(m.calls, "call")}, ${m.waits} waited, ${m.refusals} refused`;
}

// One of them

function choose(name) {
  shown = name;
  location.hash = name;
  byId("answer").hidden = true;
  byId("log").replaceChildren();
  followLog(name);
  showFunctions();
  refresh();
}

function showFunction(f) {
  byId("function").hidden = false;
  byId("name").textContent = f.name;
  const facts = {
    address: location.origin + f.path,
    version: `${f.version}, since ${new Date(f.ready).toLocaleString()}`,
    code: `${f.language}, ${f.main}`,
    called: f.calls,
    start: `${f.start_ms.toFixed(0)} ms, which no request waits for`,
    snapshot: bytes(f.snapshot_bytes),
    now: `${f.running} running, ${f.waiting} waiting, ${f.instances} instances`,
    invocations: `${f.invocations}, ${f.faults} of them without an answer`,
    digest: f.digest,
  };
  const pair = ([key, value]) => [element("dt", key), element("dd", Array.isArray(value) ? value.join(", ") : value)];
  fill(byId("facts"), Object.entries(facts), pair);
  fill(byId("settings"), Object.entries(f.settings), pair);
  showLatencies(f.latencies);
}

function showLatencies(buckets) {
  const most = Math.max(1, ...buckets.map((b) => b.count));
  const first = buckets.findIndex((b) => b.count > 0);
  const last = buckets.findLastIndex((b) => b.count > 0);
  fill(byId("latencies"), first < 0 ? [] : buckets.slice(first, last + 1), (b) => {
    const item = element("li", "");
    const label = b.up_to_us === null ? "longer" : `≤ ${time(b.up_to_us)}`;
    const meter = element("meter", "", { max: most, value: b.count });
    meter.setAttribute("aria-label", label);
    item.append(element("span", label), meter, element("span", String(b.count)));
    return item;
  });
}

function followLog(name) {
  log?.close();
  log = new EventSource(`${API}/${name}/log`);
  let last = 0;
  log.addEventListener("message", (event) => {
    const line = JSON.parse(event.data);
    if (line.number <= last) return; // told again after the connection broke
    last = line.number;
    const list = byId("log");
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 20;
    const item = element("li", "");
    item.append(
      element("time", new Date(line.time).toLocaleTimeString(), { dateTime: line.time }),
      element("span", line.text, { className: line.source === "mote" && line.invocation !== "" ? "bad" : "" }),
    );
    list.append(item);
    while (list.childElementCount > MOST_LOG_LINES) list.firstElementChild.remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
  });
}

async function invoke(event) {
  event.preventDefault();
  const method = byId("method").value;
  const body = byId("body").value;
  const path = byId("path").value;
  const began = performance.now();
  byId("answer").hidden = false;
  try {
    const response = await fetch(`/fn/${shown}${path.startsWith("/") ? path : "/" + path}`, {
      method: method === "GET" && body !== "" ? "POST" : method,
      body: body === "" || method === "DELETE" ? undefined : body,
      headers: body === "" ? {} : { "content-type": /^\s*[[{"\d]/.test(body) ? "application/json" : "text/plain" },
    });
    const text = await response.text();
    byId("status").textContent = `${response.status} ${response.statusText}, ${(performance.now() - began).toFixed(1)} ms`;
    byId("headers").textContent = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    byId("content").textContent = text;
  } catch (e) {
    byId("status").textContent = String(e);
    byId("headers").textContent = "";
    byId("content").textContent = "";
  }
  refresh();
}

async function refresh() {
  try {
    const all = await get(API);
    known = all.functions;
    broken = all.broken;
    showMachines(all.machines);
    if (shown === null || !known.some((f) => f.name === shown)) {
      const wanted = decodeURIComponent(location.hash.slice(1));
      const next = known.find((f) => f.name === wanted) ?? known[0];
      shown = null;
      byId("function").hidden = true;
      if (next) {
        choose(next.name);
        return;
      }
    }
    showFunctions();
    if (shown !== null) showFunction(await get(`${API}/${shown}`));
    showTrouble("");
  } catch (e) {
    showTrouble(`The server does not answer: ${e.message}`);
  }
}

byId("filter").addEventListener("input", showFunctions);
byId("invoke").addEventListener("submit", invoke);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => document.hidden || refresh(), POLL_MILLIS);
refresh();
