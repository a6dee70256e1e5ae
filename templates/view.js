// The page of a net: draws the graph whose layout was computed in Python, and answers the reader.
"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const at = (id) => document.getElementById(id);
  const graph = at("graph");
  const scene = at("scene");
  let data = JSON.parse(at("data").textContent);
  let open = new Set();
  let drawn = null;
  let chosen = null; // the number of a layer
  let focus = null; // "b3" or "g2": what arrow keys start from
  let view = { x: 0, y: 0, scale: 1 };
  let boxOfLayer = [];
  let parents = {};
  let hits = [];
  let hit = -1;

  // Elements -------------------------------------------------------------------------------------

  const svg = (name, attributes, parent, text) => {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    if (parent) parent.append(element);
    return element;
  };

  const tag = (name, className, ...children) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };

  // Places ---------------------------------------------------------------------------------------
  // Python has placed everything for the groups that are open at first. If a group is opened or
  // folded, its neighbors move aside by as much as it grows.

  const sizeOf = ([kind, number]) => {
    if (kind === "b") return [data.boxes[number].w, data.boxes[number].h];
    if (kind !== "g") return [0, 0];
    if (!open.has(number)) return [data.groups[number].w, data.groups[number].h];
    const inner = place(number);
    return [inner.width, inner.height];
  };

  const places = new Map();

  const place = (number) => {
    if (places.has(number)) return places.get(number);
    const group = data.groups[number];
    const { gap, entry, exit, margin, heading } = data.space;
    const ranks = [];
    let y = heading;
    let left = Infinity;
    let right = -Infinity;
    group.ranks.forEach((row, index) => {
      const sizes = row.map(sizeOf);
      const growth = row.map((thing, i) => (thing[0] === "g" ? sizes[i][0] - thing[3] : 0));
      const total = growth.reduce((sum, each) => sum + each, 0);
      let before = 0;
      const height = Math.max(0, ...sizes.map((size) => size[1]));
      const nodes = row.map((thing, i) => {
        const after = total - before - growth[i];
        const x = thing[2] + (before - after) / 2;
        before += growth[i];
        const [w, h] = sizes[i];
        left = Math.min(left, x - w / 2);
        right = Math.max(right, x + w / 2);
        return { kind: thing[0], number: thing[1], x, y, w, h };
      });
      ranks.push({ y, height, nodes });
      const next = group.ranks[index + 1];
      if (row.some((thing) => thing[0] === "e")) y += entry;
      else if (next && next.some((thing) => thing[0] === "x")) y += exit;
      else if (next) y += gap;
      y += height;
    });
    if (left > right) left = right = 0;
    const missing = Math.max(0, group.minimum - (right - left) - margin);
    const placed = {
      ranks,
      left: left - margin - missing / 2,
      width: right - left + 2 * margin + missing,
      height: y + margin,
      ports: {},
    };
    for (const rank of ranks) {
      for (const node of rank.nodes) {
        if (node.kind === "e" || node.kind === "x") placed.ports[node.kind + node.number] = node.x - placed.left;
      }
    }
    places.set(number, placed);
    return placed;
  };

  // Drawing --------------------------------------------------------------------------------------

  const draw = () => {
    places.clear();
    scene.replaceChildren();
    drawn = { nodes: {}, lines: {}, order: [] };
    const root = place(0);
    drawLevel(0, -root.left, 0, scene);
    mark();
  };

  const drawLevel = (number, originX, originY, parent) => {
    const placed = place(number);
    const lines = svg("g", {}, parent);
    const groups = svg("g", {}, parent);
    placed.ranks.forEach((rank) => {
      for (const node of rank.nodes) {
        const x = originX + node.x - node.w / 2;
        const y = originY + node.y;
        if (node.kind === "b") drawBox(node, data.boxes[node.number], x, y, groups);
        else if (node.kind === "g" && open.has(node.number)) drawOpen(node, x, y, groups);
        else if (node.kind === "g") drawFolded(node, data.groups[node.number], x, y, groups);
      }
    });
    const labeled = new Set();
    for (const [r, i, s, j, edge] of data.groups[number].edges) {
      drawLine(placed, [r, i], [s, j], edge, originX, originY, lines, labeled);
    }
  };

  const endOf = (node, edge, port) => {
    if (node.kind !== "g" || !open.has(node.number)) return node.x;
    const at = place(node.number).ports[port + edge];
    return at === undefined ? node.x : node.x - node.w / 2 + at;
  };

  const drawLine = (placed, [r, i], [s, j], edge, originX, originY, parent, labeled) => {
    const from = placed.ranks[r];
    const to = placed.ranks[s];
    const source = from.nodes[i];
    const target = to.nodes[j];
    const x0 = originX + endOf(source, edge, "x");
    const x1 = originX + endOf(target, edge, "e");
    const start = source.kind === "e" ? originY : originY + source.y + source.h;
    const turn = originY + from.y + from.height;
    const end = originY + target.y;
    const middle = (turn + end) / 2;
    let path = `M${x0} ${start}V${turn}C${x0} ${middle} ${x1} ${middle} ${x1} ${end}`;
    if (target.kind === "-") path += `V${originY + to.y + to.height}`;
    if (target.kind === "x") path += `V${originY + placed.height}`;
    const line = svg("path", { class: "line", d: path }, parent);
    const parts = (drawn.lines[edge] = drawn.lines[edge] || []);
    parts.push(line);
    if (target.kind === "b" || (target.kind === "g" && !open.has(target.number))) {
      parts.push(svg("path", { class: "arrow", d: `M${x1} ${end}l-3.5 -7h7z` }, parent));
    }
    const isEnd = source.kind === "b" || (source.kind === "g" && !open.has(source.number));
    const key = `${r},${i},${edge}`;
    if (isEnd && !labeled.has(key)) {
      labeled.add(key);
      svg("text", { class: "shape", x: x0 + 5, y: start + 12 }, parent, data.edges[edge].label);
    }
  };

  const drawBox = (node, box, x, y, parent) => {
    const element = svg("g", { class: `box ${box.family}`, "data-box": node.number }, parent);
    drawWords(element, box, x, y, "front");
    const worst = worstOf(box.layers);
    if (worst) element.classList.add(worst);
    if (worst) badge(element, x + box.w, y, worst, worst === "error" ? "✕" : "!");
    else if (box.rounds) badge(element, x + box.w, y, "rounds", "⌈ ⌉");
    note(element, "b" + node.number, x, y, box);
  };

  const drawFolded = (node, group, x, y, parent) => {
    const element = svg("g", { class: "box folded", "data-group": node.number }, parent);
    svg("rect", { class: "behind", x: x + 4, y: y + 4, width: group.w, height: group.h, rx: 6 }, element);
    drawWords(element, group, x, y, "front");
    const worst = worstOf(layersIn(node.number));
    if (worst) element.classList.add(worst);
    if (worst) badge(element, x + group.w, y, worst, worst === "error" ? "✕" : "!");
    note(element, "g" + node.number, x, y, group);
  };

  const drawOpen = (node, x, y, parent) => {
    const group = data.groups[node.number];
    const element = svg("g", { class: "group" }, parent);
    svg("rect", { class: "area", x, y, width: node.w, height: node.h, rx: 8 }, element);
    svg("text", { x: x + 9, y: y + 16 }, element, (group.times > 1 ? `${group.times} × ` : "") + group.heading);
    const head = svg("rect", { class: "head", "data-group": node.number, x, y, width: node.w, height: 22 }, element);
    svg("title", {}, head, "Fold");
    drawLevel(node.number, x - place(node.number).left, y, element);
  };

  const drawWords = (element, words, x, y, className) => {
    svg("rect", { class: className, x, y, width: words.w, height: words.h, rx: 5 }, element);
    svg("text", { class: "title", x: x + words.w / 2, y: y + 19 }, element, words.title);
    words.lines.forEach((line, index) => {
      svg("text", { class: "small", x: x + words.w / 2, y: y + 35 + 15 * index }, element, line);
    });
  };

  const badge = (element, x, y, kind, text) => {
    const group = svg("g", { class: `badge ${kind}` }, element);
    svg("rect", { x: x - 14, y: y - 8, width: 24, height: 16, rx: 8 }, group);
    svg("text", { x: x - 2, y: y + 4 }, group, text);
  };

  const note = (element, key, x, y, size) => {
    drawn.nodes[key] = { element, x, y, w: size.w, h: size.h };
    drawn.order.push(key);
  };

  // What belongs together ------------------------------------------------------------------------

  const prepare = () => {
    open = new Set();
    boxOfLayer = [];
    parents = {};
    data.groups.forEach((group, number) => {
      if (group.open) open.add(number);
      for (const rank of group.ranks) {
        for (const [kind, each] of rank) if (kind === "b" || kind === "g") parents[kind + each] = number;
      }
    });
    data.boxes.forEach((box, number) => box.layers.forEach((layer) => (boxOfLayer[layer] = number)));
  };

  const layersIn = (number) => {
    const found = [];
    for (const rank of data.groups[number].ranks) {
      for (const [kind, each] of rank) {
        if (kind === "b") found.push(...data.boxes[each].layers);
        else if (kind === "g") for (const layer of layersIn(each)) found.push(layer);
      }
    }
    return found;
  };

  const worstOf = (layers) => {
    let worst = "";
    for (const layer of layers) {
      for (const index of data.layers[layer].findings) {
        const severity = data.findings[index].severity;
        if (severity === "error") return "error";
        if (severity === "warning") worst = "warning";
      }
    }
    return worst;
  };

  // The box, or the outermost folded group that hides it.
  const shownKey = (box) => {
    let shown = "b" + box;
    for (let group = parents[shown]; group; group = parents["g" + group]) {
      if (!open.has(group)) shown = "g" + group;
    }
    return shown;
  };

  const reveal = (box) => {
    let key = "b" + box;
    let changed = false;
    while (parents[key] !== undefined) {
      const group = parents[key];
      if (group !== 0 && !open.has(group)) {
        open.add(group);
        changed = true;
      }
      if (group === 0) break;
      key = "g" + group;
    }
    if (changed) draw();
  };

  const toggle = (group) => {
    const before = anchor("g" + group);
    if (open.has(group)) open.delete(group);
    else open.add(group);
    draw();
    const after = anchor("g" + group);
    if (before && after) {
      view.x += (before[0] - after[0]) * view.scale;
      view.y += (before[1] - after[1]) * view.scale;
    }
    focus = open.has(group) ? firstIn(group) : "g" + group;
    apply();
    mark();
    say(`${data.groups[group].title}: ${open.has(group) ? "open" : "folded"}`);
  };

  const firstIn = (group) => {
    for (const rank of data.groups[group].ranks) {
      for (const [kind, each] of rank) {
        if (kind === "b") return "b" + each;
        if (kind === "g") return open.has(each) ? firstIn(each) : "g" + each;
      }
    }
    return null;
  };

  // A place that stays where it is while a group changes: the middle of its upper edge.
  const anchor = (key) => {
    const node = drawn.nodes[key];
    if (node) return [node.x + node.w / 2, node.y];
    const head = scene.querySelector(`[data-group="${key.slice(1)}"]`);
    if (!head) return null;
    const rect = head.getBBox();
    return [rect.x + rect.width / 2, rect.y];
  };

  // Moving ---------------------------------------------------------------------------------------

  const apply = () => {
    scene.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
  };

  const zoom = (factor, x, y) => {
    const rect = graph.getBoundingClientRect();
    const px = x === undefined ? rect.width / 2 : x - rect.left;
    const py = y === undefined ? rect.height / 2 : y - rect.top;
    const scale = Math.min(4, Math.max(0.02, view.scale * factor));
    view.x = px - ((px - view.x) * scale) / view.scale;
    view.y = py - ((py - view.y) * scale) / view.scale;
    view.scale = scale;
    apply();
  };

  const fit = () => {
    const { width, height } = place(0);
    const rect = graph.getBoundingClientRect();
    view.scale = Math.min(1.2, (rect.width - 30) / width, (rect.height - 30) / height);
    view.x = (rect.width - width * view.scale) / 2;
    view.y = (rect.height - height * view.scale) / 2;
    apply();
  };

  // The first look: as wide as the graph, from its top.
  const start = () => {
    const { width } = place(0);
    const rect = graph.getBoundingClientRect();
    view.scale = Math.min(1, Math.max(0.45, (rect.width - 30) / width));
    view.x = (rect.width - width * view.scale) / 2;
    view.y = 4;
    apply();
  };

  const center = (key, always) => {
    const node = drawn.nodes[key];
    if (!node) return;
    const rect = graph.getBoundingClientRect();
    const x = view.x + (node.x + node.w / 2) * view.scale;
    const y = view.y + (node.y + node.h / 2) * view.scale;
    const isSeen = x > 60 && y > 30 && x < rect.width - 60 && y < rect.height - 30;
    if (isSeen && !always) return;
    view.x += rect.width / 2 - x;
    view.y += rect.height / 2 - y;
    apply();
  };

  graph.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 18 : 1;
      if (event.ctrlKey || event.metaKey) {
        zoom(Math.exp((-event.deltaY * unit) / 300), event.clientX, event.clientY);
        return;
      }
      view.x -= (event.shiftKey ? event.deltaY : event.deltaX) * unit;
      view.y -= event.shiftKey ? 0 : event.deltaY * unit;
      apply();
    },
    { passive: false },
  );

  let drag = null;
  graph.addEventListener("pointerdown", (event) => {
    if (event.button === 0) drag = { x: event.clientX, y: event.clientY, moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    drag = { x: event.clientX, y: event.clientY, moved: true };
    view.x += dx;
    view.y += dy;
    apply();
  });
  window.addEventListener("pointerup", () => {
    if (drag && drag.moved) graph.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => graph.removeEventListener("click", stop, { capture: true }), 0);
    drag = null;
  });
  const stop = (event) => event.stopPropagation();

  graph.addEventListener("click", (event) => {
    const target = event.target.closest("[data-box], [data-group]");
    if (!target) return;
    if (target.dataset.group !== undefined) toggle(Number(target.dataset.group));
    else choose(data.boxes[Number(target.dataset.box)].layers[0], false);
  });

  graph.addEventListener("pointerover", (event) => {
    const target = event.target.closest("[data-box]");
    light(target ? Number(target.dataset.box) : null);
  });
  graph.addEventListener("pointerleave", () => light(null));

  // Choosing -------------------------------------------------------------------------------------

  const choose = (layer, move) => {
    chosen = layer;
    const box = boxOfLayer[layer];
    if (box !== undefined) {
      if (move) reveal(box);
      focus = shownKey(box);
      mark();
      if (move) center(focus, false);
    }
    showLayer(layer);
    select("tab-layer");
    const { name, type } = data.layers[layer];
    say(`${name || "no name"}, ${type}`);
  };

  const mark = () => {
    for (const element of scene.querySelectorAll(".chosen, .hit, .near")) element.classList.remove("chosen", "hit", "near");
    for (const layer of hits) {
      const node = drawn.nodes[shownKey(boxOfLayer[layer])];
      if (node) node.element.classList.add("hit");
    }
    if (focus && drawn.nodes[focus]) drawn.nodes[focus].element.classList.add("chosen");
    light(null);
  };

  // The lines of a box: of the one below the pointer, or else of the chosen one.
  const light = (box) => {
    for (const element of scene.querySelectorAll(".lit, .near")) element.classList.remove("lit", "near");
    const lit = box !== null ? box : chosen === null ? undefined : boxOfLayer[chosen];
    if (lit === undefined) return;
    data.edges.forEach((edge, number) => {
      if (edge.from !== lit && !edge.to.includes(lit)) return;
      for (const part of drawn.lines[number] || []) part.classList.add("lit");
    });
    showField(box);
  };

  const neighbors = (key, direction) => {
    const isInside = (box) => shownKey(box) === key;
    const found = [];
    for (const edge of data.edges) {
      if (direction === "down" && isInside(edge.from)) found.push(...edge.to);
      if (direction === "up" && edge.to.some(isInside)) found.push(edge.from);
    }
    return [...new Set(found.map(shownKey))].filter((each) => each !== key);
  };

  const walk = (direction) => {
    if (!focus || !drawn.nodes[focus]) {
      focus = drawn.order[0] || null;
    } else if (direction === "down" || direction === "up") {
      const here = drawn.nodes[focus];
      const next = neighbors(focus, direction);
      next.sort((a, b) => Math.abs(middleOf(a) - here.x - here.w / 2) - Math.abs(middleOf(b) - here.x - here.w / 2));
      if (next.length) focus = next[0];
    } else {
      const here = drawn.nodes[focus];
      const side = direction === "right" ? 1 : -1;
      const beside = drawn.order.filter((key) => {
        const node = drawn.nodes[key];
        return side * (node.x - here.x) > 1 && node.y < here.y + here.h && node.y + node.h > here.y;
      });
      beside.sort((a, b) => side * (drawn.nodes[a].x - drawn.nodes[b].x));
      if (beside.length) focus = beside[0];
    }
    if (!focus) return;
    if (focus[0] === "b") choose(data.boxes[Number(focus.slice(1))].layers[0], true);
    else {
      mark();
      center(focus, false);
      const group = data.groups[Number(focus.slice(1))];
      say(`group ${group.title}, ${group.lines.join(", ")}, folded`);
    }
  };

  const middleOf = (key) => {
    const node = drawn.nodes[key];
    return node ? node.x + node.w / 2 : 0;
  };

  const ARROWS = { ArrowDown: "down", ArrowUp: "up", ArrowLeft: "left", ArrowRight: "right" };

  graph.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (ARROWS[event.key]) walk(ARROWS[event.key]);
    else if (event.key === "Enter" || event.key === " ") {
      if (focus && focus[0] === "g") toggle(Number(focus.slice(1)));
      else if (focus && parents[focus]) toggle(parents[focus]);
    } else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "f" || event.key === "F") fit();
    else return;
    event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      at("search").focus();
    }
  });

  // Search ---------------------------------------------------------------------------------------

  const search = () => {
    const words = at("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    hits = [];
    hit = -1;
    if (words.length) {
      data.layers.forEach((layer, number) => {
        const text = [layer.name, layer.type, ...layer.tops.map((top) => top[0])].join(" ").toLowerCase();
        if (words.every((word) => text.includes(word))) hits.push(number);
      });
    }
    at("matches").textContent = words.length ? `${hits.length} found` : "";
    mark();
  };

  const nextHit = (step) => {
    if (!hits.length) return;
    hit = (hit + step + hits.length) % hits.length;
    at("matches").textContent = `${hit + 1} of ${hits.length}`;
    choose(hits[hit], true);
  };

  at("search").addEventListener("input", search);
  at("search").addEventListener("keydown", (event) => {
    if (event.key === "Enter") nextHit(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      at("search").value = "";
      search();
      graph.focus();
    }
  });

  // The side -------------------------------------------------------------------------------------

  const TABS = ["tab-layer", "tab-layers", "tab-source", "tab-findings"];

  const select = (wanted) => {
    for (const id of TABS) {
      const tab = at(id);
      const isWanted = id === wanted;
      tab.setAttribute("aria-selected", String(isWanted));
      tab.tabIndex = isWanted ? 0 : -1;
      at(tab.getAttribute("aria-controls")).hidden = !isWanted;
    }
    if (wanted === "tab-source") showSource();
  };

  at("tabs").addEventListener("click", (event) => {
    if (event.target.id) select(event.target.id);
  });
  at("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = TABS[(TABS.indexOf(document.activeElement.id) + step + TABS.length) % TABS.length];
    select(next);
    at(next).focus();
  });

  at("pane-layers").addEventListener("click", (event) => {
    const link = event.target.closest("[data-layer]");
    if (link) choose(Number(link.dataset.layer), true);
  });

  const showLayer = (number) => {
    const layer = data.layers[number];
    const pane = at("pane-layer");
    pane.replaceChildren(tag("h2", "", layer.name || "(no name)"), tag("p", "type", layer.type));
    const others = data.boxes[boxOfLayer[number]].layers.filter((each) => each !== number);
    if (others.length) {
      const line = tag("p", "type", "in one box with ");
      others.forEach((each, index) => {
        if (index) line.append(", ");
        line.append(jump(each, `${data.layers[each].name} (${data.layers[each].type})`));
      });
      pane.append(line);
    }
    for (const index of layer.findings) pane.append(finding(data.findings[index], false));
    pane.append(tag("h3", "", "Blobs"), pairs([...named("bottom", layer.bottoms), ...named("top", layer.tops)]));
    if (layer.facts.length) pane.append(tag("h3", "", "Parameters and cost"), pairs(layer.facts));
    for (const field of layer.fields) {
      pane.append(tag("h3", "", `Receptive field of ${field.blob} on ${field.to}`));
      pane.append(tag("p", "", field.text.map((line) => line.trim()).join("\n")));
      pane.lastChild.style.whiteSpace = "pre-line";
      pane.lastChild.style.margin = "0";
    }
    const picture = tag("div", "");
    picture.id = "field";
    pane.append(picture);
    showField(boxOfLayer[number]);
    if (layer.lines) {
      const [first, last] = layer.lines;
      pane.append(tag("h3", "", "Prototxt"));
      const link = tag("button", "link", `line ${first} of the source`);
      link.type = "button";
      link.addEventListener("click", () => (at("editor") ? selectLines(first, last) : select("tab-source")));
      pane.append(link);
      const lines = sourceLines().slice(first - 1, last);
      pane.append(tag("pre", "code", lines.slice(0, 200).join("\n")));
    }
    for (const row of at("pane-layers").querySelectorAll("tr.chosen")) row.classList.remove("chosen");
    const link = at("pane-layers").querySelector(`[data-layer="${number}"]`);
    if (link) link.closest("tr").classList.add("chosen");
  };

  const jump = (layer, text) => {
    const link = tag("button", "link", text);
    link.type = "button";
    link.addEventListener("click", () => choose(layer, true));
    return link;
  };

  const named = (label, blobs) => blobs.map(([name, shape], index) => [blobs.length > 1 ? `${label} ${index}` : label, `${name}  ${shape}`]);

  const pairs = (rows) => {
    const list = tag("dl", "");
    for (const [name, value] of rows) list.append(tag("dt", "", name), tag("dd", "", value));
    return list;
  };

  // The images, and what the middle element of a box's blob sees of them.
  const showField = (box) => {
    const pane = at("field");
    if (!pane) return;
    const shown = box !== null && box !== undefined ? box : chosen === null ? null : boxOfLayer[chosen];
    const layers = shown === null ? [] : data.boxes[shown].layers;
    const field = layers.flatMap((layer) => data.layers[layer].fields).filter((each) => each.box).pop();
    pane.replaceChildren();
    if (!field || !data.image) return;
    const [height, width] = data.image;
    const [top, left, bottom, right] = field.box;
    const scale = Math.min(220 / width, 220 / height);
    const picture = svg("svg", { class: "field", width: width * scale + 8, height: height * scale + 8, role: "img" }, pane);
    const words = `The middle element of ${field.blob} sees rows ${top} to ${bottom} and columns ${left} to ${right} of ${field.to} (${height}x${width}).`;
    picture.setAttribute("aria-label", words);
    svg("rect", { class: "image", x: 4, y: 4, width: width * scale, height: height * scale }, picture);
    const size = [Math.max(1.5, (right - left + 1) * scale), Math.max(1.5, (bottom - top + 1) * scale)];
    svg("rect", { class: "seen", x: 4 + left * scale, y: 4 + top * scale, width: size[0], height: size[1] }, picture);
    pane.append(tag("p", "type", words));
  };

  const finding = (each, withLink) => {
    const title = tag("p", "", tag("b", each.severity, `${each.severity} ${each.code}`), " ", each.text);
    const element = tag("div", `finding ${each.severity}`, title);
    if (each.notes.length) element.append(tag("p", "notes", each.notes.join("\n")));
    if (each.place) element.append(tag("p", "notes", each.place));
    if (withLink !== false && withLink !== undefined && withLink !== null) element.append(jump(withLink, "Show the layer"));
    return element;
  };

  const showFindings = () => {
    const pane = at("pane-findings");
    pane.replaceChildren();
    const layerOf = {};
    data.layers.forEach((layer, number) => layer.findings.forEach((index) => (layerOf[index] = number)));
    data.findings.forEach((each, index) => pane.append(finding(each, layerOf[index])));
    for (const sentence of data.unchecked) pane.append(tag("div", "finding note", tag("p", "", sentence)));
    if (!pane.children.length) pane.append(tag("p", "", "Nothing was found."));
    at("tab-findings").textContent = data.findings.length ? `Findings (${data.findings.length})` : "Findings";
  };

  let split = null;
  const sourceLines = () => (split = split || data.source.split("\n"));

  const showSource = () => {
    const pane = at("pane-source");
    const [first, last] = (chosen !== null && data.layers[chosen].lines) || [0, -1];
    if (!at("lines")) {
      const lines = tag("pre", "");
      lines.id = "lines";
      sourceLines().forEach((line, index) => lines.append(tag("i", "", String(index + 1)), tag("span", "", line || " ")));
      pane.replaceChildren(lines);
    }
    const cells = at("lines").children;
    for (const cell of at("lines").querySelectorAll(".chosen")) cell.classList.remove("chosen");
    for (let line = first; line <= last; line += 1) {
      const cell = cells[2 * line - 1];
      if (cell) cell.classList.add("chosen");
    }
    const cell = cells[2 * first - 1];
    if (cell) cell.scrollIntoView({ block: "center" });
  };

  // The rest -------------------------------------------------------------------------------------

  const say = (text) => (at("said").textContent = text);

  const showLegend = () => {
    const families = [...new Set(data.boxes.map((box) => box.family))];
    const parts = families.map((family) => {
      const color = tag("i", "");
      color.style.background = `var(--${family})`;
      return tag("span", "", color, family);
    });
    if (data.boxes.some((box) => box.rounds)) parts.push(tag("span", "", "⌈ ⌉ rounds up"));
    at("legend").replaceChildren(...parts);
  };

  const openAll = (wanted) => {
    open = new Set(wanted ? data.groups.keys() : [0]);
    open.add(0);
    draw();
    start();
  };

  at("fold").addEventListener("click", () => openAll(false));
  at("unfold").addEventListener("click", () => openAll(true));
  at("in").addEventListener("click", () => zoom(1.25));
  at("out").addEventListener("click", () => zoom(0.8));
  at("fit").addEventListener("click", fit);
  at("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
  });
  window.addEventListener("beforeprint", fit);

  const KEYS = [
    ["drag, wheel", "move"],
    ["Ctrl + wheel, + and -", "zoom"],
    ["F", "the whole graph"],
    ["arrows", "from layer to layer"],
    ["Enter", "open or fold a group"],
    ["/", "search; Enter: the next one"],
  ];

  const show = () => {
    split = null;
    chosen = null;
    focus = null;
    hits = [];
    at("pane-source").replaceChildren();
    prepare();
    draw();
    at("title").textContent = data.title;
    at("totals").textContent = data.headline;
    showLegend();
    showFindings();
    const hint = data.layers.length ? "Choose a layer in the graph or in the table." : "The net has no layers in this phase.";
    at("pane-layer").replaceChildren(tag("p", "type", hint), tag("pre", "code", data.totals.join("\n")));
    at("pane-layer").append(tag("h3", "", "Keys"), pairs(KEYS));
  };

  // The editor -----------------------------------------------------------------------------------

  const selectLines = (first, last) => {
    const editor = at("editor");
    const lines = editor.value.split("\n");
    const before = lines.slice(0, first - 1).join("\n").length + (first > 1 ? 1 : 0);
    const length = lines.slice(first - 1, last).join("\n").length;
    editor.focus();
    editor.setSelectionRange(before, before + length);
    editor.scrollTop = (editor.scrollHeight * (first - 4)) / lines.length;
  };

  const edit = () => {
    const editor = at("editor");
    let shown = data.source;
    let timer = 0;
    let version = null;
    let isAsking = false;
    editor.value = shown;
    shown = editor.value; // with its line ends as the browser keeps them

    const ask = async () => {
      if (isAsking) return;
      isAsking = true;
      const text = editor.value;
      try {
        const answer = await fetch("/draw", { method: "POST", body: text });
        const found = await answer.json();
        replace(found, text);
      } catch (error) {
        at("state").textContent = `The server does not answer: ${error.message}`;
      }
      isAsking = false;
      if (editor.value !== text) later();
    };

    const replace = (found, text) => {
      const name = chosen === null ? null : data.layers[chosen].name;
      data = found.data;
      shown = text;
      // The server has escaped every name in it, as in the page itself.
      at("pane-layers").innerHTML = found.layers;
      show();
      const same = data.layers.findIndex((layer) => layer.name === name);
      if (name !== null && same >= 0) choose(same, false);
      at("state").textContent = data.headline;
    };

    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 250);
    };

    // Another editor may save the file. What is typed here is never lost to that.
    const watch = async () => {
      try {
        const now = (await (await fetch("/version")).json()).version;
        if (version !== null && now !== version) {
          const text = (await (await fetch("/text")).json()).text.replace(/\r\n?/g, "\n");
          if (editor.value === shown && text !== shown) {
            editor.value = text;
            ask();
          } else if (text !== shown) at("state").textContent = "The file has changed; reload the page to see it.";
        }
        version = now;
      } catch (error) {
        at("state").textContent = `The server does not answer: ${error.message}`;
      }
      setTimeout(watch, 1000);
    };

    editor.addEventListener("input", later);
    watch();
  };

  show();
  start();
  if (at("editor")) edit();
  select(data.findings.some((each) => each.severity === "error") ? "tab-findings" : "tab-layer");
})();
