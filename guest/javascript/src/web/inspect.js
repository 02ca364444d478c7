// Values as text, much as Node's console shows them.

import { messageOf, showWith, stackOf } from './errors.js';

const DEPTH = 2; // of objects in objects that are shown
const ITEMS = 100; // of a list that are shown
const WIDTH = 72; // of an object on one line

// Objects of classes of this runtime have a method of this name, which gives what is to be shown: [name, record].
export const parts = Symbol('parts');

const custom = Symbol.for('nodejs.util.inspect.custom');
const TypedArray = Object.getPrototypeOf(Uint8Array);
const identifier = /^[A-Za-z_$][\w$]*$/;

function quote(text) {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') ? '`' : "'";
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

const keyText = (key) =>
  typeof key === 'symbol' ? `[${String(key)}]` : identifier.test(key) ? key : quote(key);

function primitive(value) {
  switch (typeof value) {
    case 'string': return quote(value);
    case 'bigint': return `${value}n`;
    case 'symbol': return String(value);
    case 'number': return Object.is(value, -0) ? '-0' : String(value);
    default: return String(value);
  }
}

function className(value) {
  for (let object = value; object !== null; object = Object.getPrototypeOf(object)) {
    const constructor = Object.getOwnPropertyDescriptor(object, 'constructor')?.value;
    if (typeof constructor === 'function' && constructor.name !== '') return constructor.name;
  }
  return null;
}

// An object's parts behind its name, on one line if they fit.
function block(prefix, open, items, close, indent) {
  const start = prefix === '' ? '' : `${prefix} `;
  if (items.length === 0) return start + open + close;
  const width = items.reduce((sum, item) => sum + item.length + 2, start.length + indent);
  if (width <= WIDTH && !items.some((item) => item.includes('\n'))) {
    return `${start}${open} ${items.join(', ')} ${close}`;
  }
  const space = ' '.repeat(indent + 2);
  return `${start}${open}\n${space}${items.join(`,\n${space}`)}\n${' '.repeat(indent)}${close}`;
}

class Inspector {
  #above = []; // the objects in which the one that is being shown is

  show(value, indent = 0) {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return primitive(value);
    if (this.#above.includes(value)) return '[Circular]';
    if (this.#above.length > DEPTH && !(value instanceof Error)) {
      return Array.isArray(value) ? '[Array]' : typeof value === 'function'
        ? this.#function(value) : `[${className(value) ?? 'Object'}]`;
    }
    this.#above.push(value);
    try {
      return this.#object(value, indent);
    } finally {
      this.#above.pop();
    }
  }

  #object(value, indent) {
    if (typeof value[custom] === 'function') {
      const shown = value[custom](DEPTH - this.#above.length, {}, inspect);
      return typeof shown === 'string' ? shown : this.show(shown, indent);
    }
    const name = className(value);
    if (typeof value[parts] === 'function') {
      const [own, record] = value[parts]();
      return block(own, '{', this.#properties(record, indent), '}', indent);
    }
    if (Array.isArray(value)) return this.#list(name === 'Array' ? '' : `${name}(${value.length})`, value, indent);
    if (value instanceof TypedArray) return this.#list(`${name}(${value.length})`, value, indent);
    if (value instanceof Map || value instanceof Set) return this.#collection(name, value, indent);
    const properties = this.#properties(value, indent);
    const head = this.#head(value, name, indent);
    if (head === null) return block(this.#prefix(value, name), '{', properties, '}', indent);
    return properties.length === 0 ? head : block(head, '{', properties, '}', indent);
  }

  // What an object is that is more than its properties.
  #head(value, name, indent) {
    if (typeof value === 'function') return this.#function(value);
    if (value instanceof Error || value instanceof DOMException) return this.#error(value, indent);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Promise) return 'Promise {}';
    if (value instanceof WeakMap || value instanceof WeakSet) return `${name} { <items unknown> }`;
    if (value instanceof ArrayBuffer) {
      const bytes = [...new Uint8Array(value, 0, Math.min(value.byteLength, 50))];
      const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
      return `ArrayBuffer { [Uint8Contents]: <${hex}>, byteLength: ${value.byteLength} }`;
    }
    if (value instanceof Number || value instanceof String || value instanceof Boolean) {
      return `[${name}: ${primitive(value.valueOf())}]`;
    }
    return null;
  }

  #prefix(value, name) {
    if (name === null) return '[Object: null prototype]';
    const tag = value[Symbol.toStringTag];
    const tagged = typeof tag === 'string' && tag !== '' && tag !== name ? ` [${tag}]` : '';
    return name === 'Object' && tagged === '' ? '' : name + tagged;
  }

  #function(value) {
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    const kind = isClass ? 'class' : className(value) ?? 'Function';
    if (value.name === '') return `[${kind} (anonymous)]`;
    return isClass ? `[class ${value.name}]` : `[${kind}: ${value.name}]`;
  }

  #error(error, indent) {
    const space = ' '.repeat(indent);
    const stack = stackOf(error).split('\n').filter(Boolean).map((line) => `\n${space}${line}`).join('');
    const message = messageOf(error);
    let text = stack === '' ? `[${message}]` : message + stack;
    if (error.cause !== undefined) text += `\n${space}  [cause]: ${this.show(error.cause, indent + 2)}`;
    if (Array.isArray(error.errors)) text += `\n${space}  [errors]: ${this.show(error.errors, indent + 2)}`;
    return text;
  }

  #list(prefix, list, indent) {
    const items = [];
    let holes = 0;
    const endHoles = () => {
      if (holes > 0) items.push(`<${holes} empty item${holes > 1 ? 's' : ''}>`);
      holes = 0;
    };
    const shown = Math.min(list.length, ITEMS);
    for (let i = 0; i < shown; i++) {
      if (i in list) {
        endHoles();
        items.push(this.show(list[i], indent + 2));
      } else {
        holes++;
      }
    }
    endHoles();
    if (list.length > shown) items.push(`... ${list.length - shown} more items`);
    if (Array.isArray(list)) items.push(...this.#properties(list, indent, (key) => !/^\d+$/.test(key)));
    return block(prefix, '[', items, ']', indent);
  }

  #collection(name, value, indent) {
    const items = [];
    for (const item of value) {
      if (items.length === ITEMS) {
        items.push(`... ${value.size - ITEMS} more items`);
        break;
      }
      items.push(value instanceof Map
        ? `${this.show(item[0], indent + 2)} => ${this.show(item[1], indent + 2)}`
        : this.show(item, indent + 2));
    }
    return block(`${name}(${value.size})`, '{', items.concat(this.#properties(value, indent)), '}', indent);
  }

  #properties(object, indent, wanted = () => true) {
    const items = [];
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      if (!property?.enumerable || !wanted(String(key))) continue;
      const { get, set } = property;
      const shown = get || set
        ? `[${[get && 'Getter', set && 'Setter'].filter(Boolean).join('/')}]`
        : this.show(property.value, indent + 2);
      items.push(`${keyText(key)}: ${shown}`);
    }
    return items;
  }
}

export const inspect = (value) => new Inspector().show(value);

showWith(inspect);

// The arguments of console.log as one text: the first one may have places for the others.
export function format(args) {
  let rest = args;
  let text = '';
  if (typeof args[0] === 'string' && args.length > 1) {
    rest = args.slice(1);
    text = args[0].replace(/%[sdifjoOc%]/g, (place) => {
      if (place === '%%') return '%';
      if (rest.length === 0) return place;
      const value = rest.shift();
      switch (place) {
        case '%s': return typeof value === 'string' ? value : inspect(value);
        case '%d': return typeof value === 'symbol' ? 'NaN' : String(typeof value === 'bigint' ? `${value}n` : Number(value));
        case '%i': return typeof value === 'symbol' ? 'NaN' : String(typeof value === 'bigint' ? `${value}n` : parseInt(value, 10));
        case '%f': return typeof value === 'symbol' ? 'NaN' : String(parseFloat(value));
        case '%j': return JSON.stringify(value);
        case '%c': return '';
        default: return inspect(value);
      }
    });
    if (rest.length > 0) text += ' ';
  }
  return text + rest.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' ');
}
