/**
 * The script inside a picture. It knows each box by its place: a box above another lies within its two sides.
 * It reads texts and writes texts, never markup, so that no name in a profile can become script.
 */
export const interaction = (graphWidth: number): string => script.replace('GRAPH_WIDTH', String(graphWidth));

const script = `<script><![CDATA[
(function () {
  'use strict';
  var left = 10, room = GRAPH_WIDTH, letter = 7.08;
  var svg = document.documentElement, boxes = document.getElementById('boxes');
  var details = document.getElementById('details'), matched = document.getElementById('matched');
  var reset = document.getElementById('reset'), search = document.getElementById('search');
  var graphs = Array.prototype.map.call(boxes.querySelectorAll('.graph'), graphOf);
  var term = '';
  function graphOf(group) {
    var own = Array.prototype.map.call(group.querySelectorAll('rect'), boxOf);
    own.forEach(function (box, index) { box.graph = own; box.rect.setAttribute('tabindex', index === 0 ? '0' : '-1'); box.rect.style.cursor = 'pointer'; });
    own.zoomed = own[0];
    own.down = own[own.length - 1].y > own[0].y;
    return own;
  }
  function boxOf(rect) {
    var next = rect.nextElementSibling, title = rect.firstElementChild.textContent;
    return { rect: rect, text: next && next.tagName === 'text' ? next : null, title: title,
      name: title.replace(/ \\([^()]*\\)$/, ''), x: +rect.getAttribute('x') - left, width: +rect.getAttribute('width'),
      y: +rect.getAttribute('y'), found: false, shown: true };
  }
  function everyBox(act) { graphs.forEach(function (graph) { graph.forEach(act); }); }
  search.setAttribute('visibility', 'visible');
  search.setAttribute('tabindex', '0');
  reset.setAttribute('tabindex', '0');

  function label(box, x, width) {
    var space = Math.floor((width - 6) / letter);
    if (space < 3) { if (box.text) box.text.setAttribute('visibility', 'hidden'); return; }
    if (!box.text) {
      box.text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
      box.text.setAttribute('y', box.y + 11.5);
      box.rect.parentNode.insertBefore(box.text, box.rect.nextSibling);
    }
    box.text.setAttribute('visibility', 'visible');
    box.text.setAttribute('x', x + 3);
    box.text.textContent = box.name.length <= space ? box.name : box.name.slice(0, space - 2) + '..';
  }
  function zoom(to) {
    var graph = to.graph, down = graph.down, scale = room / to.width, slack = 0.06;
    graph.zoomed = to;
    graph.forEach(function (box) {
      var below = down ? box.y < to.y : box.y > to.y;
      var holds = box.x <= to.x + slack && box.x + box.width >= to.x + to.width - slack;
      var inside = box.x >= to.x - slack && box.x + box.width <= to.x + to.width + slack;
      var visible = below ? holds : inside;
      box.shown = visible && !below;
      box.rect.style.display = visible ? '' : 'none';
      if (box.text) box.text.style.display = visible ? '' : 'none';
      if (!visible) return;
      box.rect.setAttribute('class', below ? 'dim' : box.found ? 'found' : '');
      var x = below ? left : left + Math.max(0, box.x - to.x) * scale;
      var width = below ? room : Math.min(room, box.width * scale);
      box.rect.setAttribute('x', x); box.rect.setAttribute('width', width);
      label(box, x, width);
    });
    reset.setAttribute('visibility', graphs.every(function (one) { return one.zoomed === one[0]; }) ? 'hidden' : 'visible');
    tell();
  }
  function whole() { graphs.forEach(function (graph) { zoom(graph[0]); }); }
  function tell() {
    if (!term) { matched.textContent = ' '; return; }
    matched.textContent = 'Matched: ' + graphs.map(shareFound).join(', ');
  }
  function shareFound(graph) {
    // What is found inside something found counts once: the widths of the lowest ones are added up.
    var found = graph.filter(function (box) { return box.found && box.shown; });
    found.sort(function (a, b) { return a.x - b.x || b.width - a.width; });
    var end = -1, sum = 0;
    found.forEach(function (box) {
      if (box.x + box.width <= end + 0.01) return;
      sum += box.width; end = box.x + box.width;
    });
    return Math.min(100, 100 * sum / graph.zoomed.width).toFixed(1) + '%';
  }
  function find(what) {
    term = what || '';
    var test = function () { return false; };
    if (term) {
      try { var pattern = new RegExp(term); test = function (name) { return pattern.test(name); }; }
      catch (error) { test = function (name) { return name.indexOf(term) >= 0; }; }
    }
    everyBox(function (box) {
      box.found = test(box.name);
      box.rect.setAttribute('class', box.found ? 'found' : box.rect.getAttribute('class') === 'dim' ? 'dim' : '');
    });
    search.textContent = term ? 'Clear search' : 'Search';
    tell();
  }
  function ask() { find(term ? '' : window.prompt('Search for a name (a regular expression)', '')); }
  function at(rect) {
    for (var i = 0; i < graphs.length; i += 1) {
      var box = graphs[i].find(function (one) { return one.rect === rect; });
      if (box) return box;
    }
  }
  function neighbour(box, key) {
    var shown = box.graph.filter(function (other) { return other.shown; });
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      var row = shown.filter(function (other) { return other.y === box.y; }).sort(function (a, b) { return a.x - b.x; });
      return row[row.indexOf(box) + (key === 'ArrowLeft' ? -1 : 1)];
    }
    var y = box.y + (key === 'ArrowUp' ? -16 : 16), called = (key === 'ArrowUp') !== box.graph.down;
    return shown.filter(function (other) { return other.y === y && (called ? within(other, box) : within(box, other)); })
      .sort(function (a, b) { return b.width - a.width; })[0];
  }
  function within(inner, outer) { return inner.x >= outer.x - 0.06 && inner.x + inner.width <= outer.x + outer.width + 0.06; }
  boxes.addEventListener('click', function (event) { var box = at(event.target); if (box) zoom(box); });
  boxes.addEventListener('mouseover', function (event) { var box = at(event.target); details.textContent = box ? box.title : ' '; });
  boxes.addEventListener('focusin', function (event) { var box = at(event.target); details.textContent = box ? box.title : ' '; });
  boxes.addEventListener('mouseout', function () { details.textContent = ' '; });
  reset.addEventListener('click', whole);
  search.addEventListener('click', ask);
  svg.addEventListener('keydown', function (event) {
    var box = at(event.target), button = event.target === search ? ask : event.target === reset ? whole : null;
    if (event.key === 'Escape') { find(''); whole(); }
    else if (event.key === 'Enter' && button) button();
    else if (event.key === 'Enter' && box) zoom(box);
    else if (event.key === '/' || ((event.ctrlKey || event.metaKey) && event.key === 'f')) ask();
    else if (box && event.key.indexOf('Arrow') === 0) {
      var next = neighbour(box, event.key);
      if (next) { box.rect.setAttribute('tabindex', '-1'); next.rect.setAttribute('tabindex', '0'); next.rect.focus(); }
    } else return;
    event.preventDefault();
  });
})();
]]></script>
`;
