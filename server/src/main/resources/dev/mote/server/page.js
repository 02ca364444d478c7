// The page of a Mote server: the list of its functions at #/, one of them at #/NAME.
//
// Every text here may be a function's and so anybody's: it becomes a text node, never markup.

const LIST_EVERY = 2000; // ms, while the page is seen
const ANSWER_WITHIN = 10_000; // ms, for what the page itself asks
const LOG_AGAIN = 2000; // ms, after a log has broken off
const LOG_LINES = 1000; // that are kept and shown
const SHOWN_BYTES = 64 << 10; // of an answer's body
const HEX_BYTES = 512; // of a body that is no text

const functions = new Map(); // what the API says of each, by name
let broken = {}; // why functions do not start, by name
let asked = false; // whether the server has answered at all
let open = null; // the name of the function that is shown; null for the list
let refreshing = null; // the promise of the refresh that is under way

const at = id => document.getElementById(id);

function element(tag, text = "", properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  made.textContent = text;
  return made;
}

/** Changes a text only if it is another: what somebody has selected or a screen reader reads stays. */
function say(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

// ---- Numbers for people

const count = number => number.toLocaleString("en");

function bytes(number) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let i = 0;
  while (number >= 1024 && i < units.length - 1) {
    number /= 1024;
    i++;
  }
  return `${number < 10 && i > 0 ? number.toFixed(1) : Math.round(number)} ${units[i]}`;
}

function milliseconds(number) {
  return number >= 1000 ? `${(number / 1000).toFixed(1)} s`
    : number >= 100 ? `${Math.round(number)} ms`
    : `${number.toFixed(number < 10 ? 2 : 1)} ms`;
}

function microseconds(number) {
  return number === null ? "more"
    : number >= 1e6 ? `${number / 1e6} s`
    : number >= 1000 ? `${number / 1000} ms`
    : `${number} µs`;
}

/** The time if it is of today, else the day. */
function moment(date) {
  return date.toDateString() === new Date().toDateString() ? date.toLocaleTimeString() : date.toLocaleDateString();
}

// ---- What the server says

/** @throws Error with a message for people */
async function ask(path) {
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN) });
  } catch (error) {
    throw new Error(error.name === "TimeoutError" ? "The server takes too long to answer." : "The server cannot be reached.");
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Error(`The server answers ${answer.status} ${problem.title ?? ""} ${problem.detail ?? ""}`.trimEnd());
  }
  return answer.json().catch(() => {
    throw new Error("The server's answer broke off.");
  });
}

/** Asks anew; who calls while that is under way gets the same answer. */
function refresh() {
  refreshing ??= ask("/v1/functions").then(hear, complain).finally(() => refreshing = null);
  return refreshing;
}

function hear(state) {
  functions.clear();
  for (const each of state.functions) {
    functions.set(each.name, each);
  }
  broken = state.broken;
  asked = true;
  at("trouble").hidden = true;
  say(at("health"), `${count(functions.size)} ${functions.size === 1 ? "function" : "functions"}, `
    + `${count(state.machines.busy)} of ${count(state.machines.machines)} machines busy`);
  facts(at("machines"), {
    "Machines": count(state.machines.machines),
    "Busy": count(state.machines.busy),
    "Made": count(state.machines.made),
    "Calls": count(state.machines.calls),
    "Had to wait": count(state.machines.waits),
    "Refused": count(state.machines.refusals),
    "Snapshots loaded": count(state.machines.loads),
  });
  show();
}

function complain(error) {
  const since = asked ? " What is shown is of before." : "";
  say(at("trouble"), `${error.message}${since} This page asks again every ${LIST_EVERY / 1000} seconds.`);
  at("trouble").hidden = false;
  say(at("health"), "");
}

const pause = time => new Promise(done => setTimeout(done, time));

/** When the page is seen. */
function seen() {
  return new Promise(done => {
    const look = () => {
      if (!document.hidden) {
        document.removeEventListener("visibilitychange", look);
        done();
      }
    };
    document.addEventListener("visibilitychange", look);
    look();
  });
}

async function keepAsking() {
  while (true) {
    await seen();
    await refresh();
    await pause(LIST_EVERY);
  }
}

// ---- What is shown

function show() {
  at("list").hidden = open !== null || !asked;
  at("function").hidden = open === null || !asked;
  if (!asked) {
    return;
  }
  if (open === null) {
    showList();
  } else {
    showFunction();
  }
}

/** Goes where the address says. */
function go() {
  const [, name] = /^#\/(.+)$/s.exec(location.hash) ?? [];
  let next = name ?? null;
  try {
    next = name === undefined ? null : decodeURIComponent(name);
  } catch {
    // not an encoded name: it is shown as it stands, as one that is not there
  }
  const moved = next !== open;
  open = next;
  document.title = open === null ? "Mote" : `${open} · Mote`;
  if (moved) {
    leaveFunction();
  }
  show();
  if (moved) {
    scrollTo(0, 0);
    document.querySelector("main:not([hidden]) h1")?.focus({ preventScroll: true });
  }
}

/** A list of terms, each with a value; nodes that are there are used again. */
function facts(list, values) {
  const entries = Object.entries(values);
  while (list.children.length > entries.length) {
    list.lastElementChild.remove();
  }
  entries.forEach(([term, value], i) => {
    if (i >= list.children.length) {
      const pair = element("div");
      pair.append(element("dt"), element("dd"));
      list.append(pair);
    }
    say(list.children[i].children[0], term);
    say(list.children[i].children[1], value);
  });
}

// ---- The list

const UNKNOWN = "–"; // until the function has started

const startTime = f => f.start_ms === undefined ? UNKNOWN : milliseconds(f.start_ms);

const COLUMNS = [
  { key: "state", kind: "spare", text: f => f.state },
  { key: "language", kind: "spare", text: f => f.language ?? UNKNOWN },
  { key: "version", kind: "spare number", text: f => count(f.version) },
  { key: "calls", kind: "spare text", text: f => f.calls ?? UNKNOWN },
  { key: "start_ms", kind: "spare number", text: f => startTime(f) },
  { key: "snapshot_bytes", kind: "spare number", text: f => bytes(f.snapshot_bytes) },
  { key: "running", kind: "number", text: f => count(f.running) },
  { key: "waiting", kind: "number", text: f => count(f.waiting) },
  { key: "invocations", kind: "number", text: f => count(f.invocations) },
  { key: "faults", kind: "number", text: f => count(f.faults) },
];

const rows = new Map(); // by name: a row, used again at each refresh
const order = { key: "name", direction: 1 };

function showList() {
  const words = at("filter").value.toLowerCase().split(/\s+/);
  const found = [...functions.values()].filter(f => {
    const text = `${f.name} ${f.state} ${f.language ?? ""} ${f.calls ?? ""}`.toLowerCase();
    return words.every(word => text.includes(word));
  });
  found.sort((a, b) => order.direction * compare(a[order.key] ?? "", b[order.key] ?? "") || compare(a.name, b.name));
  const none = functions.size === 0;
  at("none").hidden = !none || Object.keys(broken).length > 0;
  at("functions").hidden = none;
  at("filtering").hidden = none;
  at("unmatched").hidden = found.length > 0;
  say(at("count"), found.length < functions.size ? `${count(found.length)} of ${count(functions.size)}` : none ? "" : count(functions.size));
  for (const name of [...rows.keys()].filter(name => !functions.has(name))) {
    rows.get(name).remove();
    rows.delete(name);
  }
  place(found.map(row));
  showBroken();
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Puts rows in their order, and moves only those that are not. */
function place(wanted) {
  const body = at("rows");
  const kept = new Set(wanted);
  for (const each of [...body.children].filter(each => !kept.has(each))) {
    each.remove();
  }
  let next = body.firstElementChild;
  for (const each of wanted) {
    if (each === next) {
      next = next.nextElementSibling;
    } else {
      body.insertBefore(each, next);
    }
  }
}

function row(f) {
  let made = rows.get(f.name);
  if (made === undefined) {
    made = element("tr");
    const name = element("th", "", { scope: "row" });
    name.append(element("a", f.name, { href: `#/${encodeURIComponent(f.name)}` }));
    made.append(name, ...COLUMNS.map(column => element("td", "", { className: column.kind })));
    rows.set(f.name, made);
  }
  COLUMNS.forEach((column, i) => say(made.children[i + 1], column.text(f)));
  made.querySelector(".text").title = f.calls ?? "";
  made.children[1].classList.toggle("bad", f.state === "broken");
  made.lastElementChild.classList.toggle("bad", f.faults > 0);
  return made;
}

function sortBy(button) {
  order.direction = order.key === button.dataset.key ? -order.direction : 1;
  order.key = button.dataset.key;
  for (const head of document.querySelectorAll("[aria-sort]")) {
    head.removeAttribute("aria-sort");
  }
  button.closest("th").setAttribute("aria-sort", order.direction > 0 ? "ascending" : "descending");
  showList();
}

function showBroken() {
  const names = Object.keys(broken).sort();
  at("broken").hidden = names.length === 0;
  facts(at("reasons"), Object.fromEntries(names.map(name => [name, broken[name]])));
}

// ---- One function

let prepared = null; // the name of the function that the form was made ready for
let measured = ""; // for which state the latencies are shown

function leaveFunction() {
  prepared = null;
  measured = "";
  calling?.abort();
  at("answer").hidden = true;
  at("latencies").replaceChildren();
  closeLog();
  at("log").replaceChildren();
  lastLine = null;
}

function showFunction() {
  const f = functions.get(open);
  say(at("name"), open);
  at("present").hidden = f === undefined;
  at("summary").hidden = f === undefined;
  at("address").hidden = f === undefined;
  showMissing(f);
  if (f === undefined) {
    closeLog();
    return;
  }
  say(at("address"), location.origin + f.path);
  say(at("summary"), f.calls === undefined ? "It has not started yet." : `${f.language} ${f.main} · ${f.calls}`);
  facts(at("facts"), {
    "Version": count(f.version),
    "State": f.ready === undefined ? f.state : `${f.state} since ${moment(new Date(f.ready))}`,
    "Start took": startTime(f),
    "Snapshot": bytes(f.snapshot_bytes),
    "Running": count(f.running),
    "Waiting": count(f.waiting),
    ...(f.settings?.isolation === "instance" ? { "Instances": count(f.instances) } : {}),
    "Invocations": count(f.invocations),
    "Faults": count(f.faults),
  });
  showSettings(f);
  if (prepared !== f.name) {
    prepared = f.name;
    prepareForm(f);
  }
  if (!document.hidden) {
    openLog();
  }
  measure(f);
}

/** What there is to say of a function that is not there, or does not start. */
function showMissing(f) {
  const why = f?.error ?? (Object.hasOwn(broken, open) ? broken[open] : undefined);
  const again = f?.retry === undefined ? "" : ` The first request after ${moment(new Date(f.retry))} tries again.`;
  at("missing").hidden = f !== undefined && why === undefined;
  say(at("missing-title"), why === undefined ? `There is no function ${open} on this server.` : `It does not start.${again}`);
  say(at("missing-reason"), why ?? "");
  at("missing-reason").hidden = why === undefined;
}

function showSettings(f) {
  const lines = { digest: f.digest, ...f.settings };
  const words = Object.entries(lines).map(([name, value]) => [name, setting(value)]);
  const list = at("settings");
  if (list.textContent !== words.flat().join("")) {
    list.replaceChildren(...words.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
  }
}

function setting(value) {
  return Array.isArray(value) ? value.join(" ") || "none"
    : typeof value === "string" ? value.replace(/^(\d+)000ms$/, "$1s")
    : String(value);
}

/** Asks for the latencies, if there is anything new to them. */
async function measure(f) {
  const state = `${f.name} ${f.ready} ${f.invocations}`;
  if (measured === state) {
    return;
  }
  measured = state;
  try {
    const told = await ask(`/v1/functions/${encodeURIComponent(f.name)}`);
    if (open === f.name) {
      showLatencies(told.latencies);
    }
  } catch {
    measured = ""; // the next refresh says what is wrong, or tries again
  }
}

function showLatencies(buckets) {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const most = Math.max(1, ...buckets.map(bucket => bucket.count));
  const list = at("latencies");
  if (list.children.length !== buckets.length) {
    list.replaceChildren(...buckets.map(bucket => latencyBar(bucket)));
  }
  buckets.forEach((bucket, i) => {
    const [bar, text] = list.children[i].children;
    bar.style.setProperty("--part", `${100 * bucket.count / most}%`);
    bar.className = bucket.count > 0 ? "bar some" : "bar empty";
    const range = bucket.up_to_us === null ? "longer" : `up to ${microseconds(bucket.up_to_us)}`;
    say(text, `${range}: ${count(bucket.count)}`);
    list.children[i].title = text.textContent;
  });
  const part = share => bound(buckets, share * total);
  say(at("quantiles"), total === 0 ? "None yet."
    : `Half ${part(0.5)}, 95 % ${part(0.95)}, 99 % ${part(0.99)}; ${count(total)} in all.`);
}

function latencyBar(bucket) {
  const item = element("li");
  const bound = element("span", shortBound(bucket.up_to_us), { className: "bound", ariaHidden: "true" });
  item.append(element("div"), element("span", "", { className: "unseen" }), bound);
  return item;
}

/** A bound as short as a bar is narrow: `2.5`, with the unit only where it begins to hold. */
function shortBound(bound) {
  return bound === null ? "more" : /^(50 µs|1 ms|1 s)$/.test(microseconds(bound)) ? microseconds(bound) : microseconds(bound).split(" ")[0];
}

/** Within what time so many of the invocations ended. */
function bound(buckets, wanted) {
  let sum = 0;
  for (const bucket of buckets) {
    sum += bucket.count;
    if (sum >= wanted) {
      return bucket.up_to_us === null ? "in more than a minute" : `within ${microseconds(bucket.up_to_us)}`;
    }
  }
  return "";
}

// ---- Invoking it

let calling = null; // what stops the call that is under way

function prepareForm(f) {
  const typed = /^typed functions: ([^(,]+)/.exec(f.calls ?? "");
  const json = f.calls === undefined || f.calls.startsWith("JSON") || typed !== null;
  at("method").value = f.calls?.startsWith("HTTP") ? "GET" : "POST";
  at("path").value = typed === null ? "/" : `/${typed[1]}`;
  at("headers").value = json ? "content-type: application/json" : "";
  at("body").value = typed !== null ? "[]" : json ? "{}" : "";
  say(at("prefix"), f.path);
  followMethod();
}

function hasBody(method) {
  return method !== "GET" && method !== "HEAD";
}

function followMethod() {
  const method = at("method").value;
  at("body").disabled = !hasBody(method);
  say(at("body-hint"), hasBody(method) ? "" : `Browsers send no body with ${method}.`);
}

/** @throws Error with a message for people */
function request(f) {
  const method = at("method").value;
  const typed = at("path").value.trim();
  const path = typed === "" || /^[/?]/.test(typed) ? typed : `/${typed}`;
  const url = new URL(f.path + path, location.origin);
  if (url.pathname !== f.path && !url.pathname.startsWith(`${f.path}/`)) {
    throw new Error(`This path leads away from ${f.path}.`);
  }
  const headers = new Headers();
  for (const line of at("headers").value.split("\n").filter(line => line.trim() !== "")) {
    const [, name, value] = /^\s*([^:]+?)\s*:(.*)$/.exec(line) ?? [];
    try {
      headers.append(name, value.trim());
    } catch {
      throw new Error(`This is no header: ${line}`);
    }
  }
  const body = hasBody(method) && at("body").value !== "" ? new TextEncoder().encode(at("body").value) : undefined;
  return new Request(url, { method, headers, body, redirect: "manual", credentials: "omit", cache: "no-store" });
}

async function invoke() {
  const f = functions.get(open);
  if (f === undefined || calling !== null) {
    return;
  }
  const stop = calling = new AbortController();
  const mine = () => calling === stop && open === f.name;
  clearAnswer("Waiting …");
  at("send").disabled = true;
  at("cancel").hidden = false;
  try {
    const prepared = request(f);
    const begun = performance.now();
    const answer = await fetch(prepared, { signal: stop.signal });
    const body = new Uint8Array(await answer.arrayBuffer());
    if (mine()) {
      showAnswer(answer, body, performance.now() - begun);
    }
  } catch (error) {
    if (mine()) {
      say(at("status"), stop.signal.aborted ? "Not waited for."
        : error instanceof TypeError ? "There was no answer: the server cannot be reached, or cut it off."
        : error.message);
    }
  } finally {
    if (calling === stop) {
      calling = null;
      at("send").disabled = false;
      at("cancel").hidden = true;
    }
    refresh();
  }
}

function clearAnswer(status) {
  at("answer").hidden = false;
  say(at("status"), status);
  for (const id of ["answer-headers", "answer-body", "answer-note", "fault"]) {
    say(at(id), "");
  }
  at("fault").hidden = true;
  at("answer-head").hidden = true;
  at("answer-note").hidden = true;
}

function showAnswer(answer, body, time) {
  if (answer.type === "opaqueredirect") {
    say(at("status"), "A redirect. Browsers do not tell pages where it leads; curl -i does.");
    return;
  }
  const server = /(?:^|,)\s*fn;dur=([0-9.]+)/.exec(answer.headers.get("server-timing") ?? "");
  const inside = server === null ? "" : ` (${milliseconds(Number(server[1]))} in the server)`;
  say(at("status"), `${answer.status} · ${milliseconds(time)}${inside} · ${bytes(body.length)}`);
  say(at("answer-headers"), [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n"));
  at("answer-head").hidden = false;
  const text = textOf(body);
  if (text !== null) {
    say(at("answer-body"), text.slice(0, SHOWN_BYTES));
    note(text.length > SHOWN_BYTES ? `Only the beginning is shown, of ${bytes(body.length)}.` : "");
  } else {
    const hex = [...body.subarray(0, HEX_BYTES)].map(byte => byte.toString(16).padStart(2, "0"));
    say(at("answer-body"), hex.join(" "));
    note(`It is no text. ${body.length > HEX_BYTES ? `The first ${HEX_BYTES} bytes` : "Its bytes"}, in hexadecimal.`);
  }
  if (answer.headers.has("x-function-error")) {
    showFault(text ?? "");
  }
  markLatest(answer.headers.get("x-request-id"));
}

function note(text) {
  say(at("answer-note"), text);
  at("answer-note").hidden = text === "";
}

/** @return null if it is not UTF-8, or has what no text has */
function textOf(body) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

/** What the server says in a function's place. */
function showFault(text) {
  try {
    const problem = JSON.parse(text);
    say(at("fault"), [`${problem.title}: ${problem.detail}`, problem.stack].filter(Boolean).join("\n"));
    at("fault").hidden = false;
  } catch {
    // an answer to HEAD has no body; the header tells it
  }
}

// ---- Its log

let events = null; // the EventSource of the log that is open
let again = 0; // the timer that opens it again
let lastLine = null; // the newest that was shown
let arrived = []; // lines that wait for the next frame
let latest = null; // the invocation that this page has made last

/** Opens the log of the function that is shown, unless it is. */
function openLog() {
  if (events !== null || again !== 0) {
    return;
  }
  events = new EventSource(`/v1/functions/${encodeURIComponent(open)}/log?last=${LOG_LINES}`);
  say(at("log-state"), "");
  events.onmessage = event => {
    arrived.push(JSON.parse(event.data));
    if (arrived.length === 1) {
      setTimeout(showLines, 30); // many lines come at once
    }
  };
  events.onerror = () => {
    // Not by its own way of trying again, which gets lines twice and gives up on a 404.
    closeLog();
    say(at("log-state"), "broken off");
    again = setTimeout(() => {
      again = 0;
      if (!document.hidden && functions.has(open)) {
        openLog();
      }
    }, LOG_AGAIN);
  };
}

function closeLog() {
  clearTimeout(again);
  again = 0;
  events?.close();
  events = null;
  arrived = [];
}

/** Whether a line was shown before. A server that was started again counts from 1 again, but later. */
function isKnown(line) {
  return lastLine !== null && line.number <= lastLine.number && !(Date.parse(line.time) > Date.parse(lastLine.time));
}

function showLines() {
  const log = at("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const fresh = document.createDocumentFragment();
  for (const line of arrived.slice(-LOG_LINES)) {
    if (!isKnown(line)) {
      fresh.append(logLine(line));
      lastLine = line;
    }
  }
  arrived = [];
  log.append(fresh);
  while (log.children.length > LOG_LINES) {
    log.firstElementChild.remove();
  }
  if (atEnd) {
    log.scrollTop = log.scrollHeight;
  }
}

function logLine(line) {
  const made = element("p", "", { className: line.source });
  const time = new Date(line.time);
  const clock = `${time.toLocaleTimeString("en-GB")}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  made.append(element("span", clock), element("code", line.text));
  made.title = line.invocation === "" ? "" : `invocation ${line.invocation}`;
  made.dataset.invocation = line.invocation;
  made.classList.toggle("latest", line.invocation !== "" && line.invocation === latest);
  return made;
}

/** Makes the lines of the invocation that was just made seen among the others. */
function markLatest(id) {
  latest = id;
  for (const line of at("log").children) {
    line.classList.toggle("latest", id !== null && line.dataset.invocation === id);
  }
}

// ---- What people do

addEventListener("hashchange", go);
addEventListener("pagehide", closeLog);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    closeLog(); // a browser has few connections to one server
  } else {
    show();
  }
});
at("filter").addEventListener("input", showList);
for (const button of document.querySelectorAll("thead button")) {
  button.addEventListener("click", () => sortBy(button));
}
at("method").addEventListener("change", followMethod);
at("invoke").addEventListener("submit", event => {
  event.preventDefault();
  invoke();
});
at("invoke").addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    invoke();
  }
});
at("cancel").addEventListener("click", () => calling?.abort());

go();
keepAsking();
