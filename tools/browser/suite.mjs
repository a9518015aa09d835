// Walks the service in a real browser as a resident and as a practitioner would, at a phone's width and a desk's, with
// and without JavaScript, once with the keyboard alone, and holds every page it sees against what must be true of every page:
// axe finds nothing (at 768 in forced colours too), nothing scrolls sideways, not with WCAG's text spacing or text of twice the
// size either, one h1, valid HTML, no request leaves the site, no console error.
//
//   node tools/browser/suite.mjs http://localhost:8080 [folder for screenshots, or '' [walks, such as reader,practitioner@320]]
//
// It closes with "N passed, N failed" and exits 1 when something failed.
import {base, check, chromium, fill, fillByKeyboard, focusTo, goOn, inspect, keepHTML, origin, told, where} from './kit.mjs';
import {between} from './between.mjs';
import {eightScreens, practitioner} from './staff.mjs';

const only = process.argv[4]?.split(',');

// What the walker answers, by page path; a page that is not named is gone on from as it is.
const answers = {
  'for': {for: ['self']},
  'talk': {format: ['large_print'], difficulties: ['retain']},
  'today': {today: ['food'], private: ['alone']},
  'questions': {safety: ['money', 'suicidal']},
  'about': {condition: ['physical', 'memory'], council_help: ['no']},
  'daily': {daily: ['nutrition', 'hygiene', 'home_safety']},
  'daily/nutrition': {'nutrition.limbs': ['assistance', 'danger']},
  'daily/nutrition/more': {'nutrition.frequency': ['some_days'], 'nutrition.cause': ['impairment'], 'nutrition.help': ['family', 'child'], 'nutrition.choking': ['yes'], 'nutrition.words': 'I can make toast.\nI cannot stand to cook.'},
  'daily/hygiene': {'hygiene.limbs': ['distress', 'time']},
  'daily/hygiene/more': {'hygiene.frequency': ['daily'], 'hygiene.cause': ['mixed'], 'hygiene.help': ['nobody']},
  'daily/home_safety': {'home_safety.limbs': ['not_sure']},
  'life': {areas: ['dignity', 'control'], overall: ['big']},
  'matters': {matters: 'My garden, and Sunday lunch with my sister.'},
  'you/name': {name: 'Ada Example', call_me: 'Ada', 'born-day': '7', 'born-month': 'March', 'born-year': '1948'},
  'you/where': {living: ['home'], address: '1 Example Street', postcode: 'LS1 4AP', lives_here: ['no'], hospital: ['no']},
  'you/council': {other_council: {choose: 'Leeds'}},
  'you/contact': {ways: ['call', 'post'], phone: '07700 900 982', times: 'After 2pm'},
  'equality': {ethnic_group: ['mixed'], religion: ['rather_not']},
  'contact': {call_you: 'Sam Example', safe_way: '07700 900 982'},
};

async function keyboard(page, how) {
  await page.goto(base + '/');
  await focusTo(page, at => at.text === 'Start', how);
  await page.keyboard.press('Enter');
  await page.waitForLoadState('load');
  for (let screens = 0; screens < 45; screens++) {
    if (await page.locator('.govuk-panel--confirmation').count()) { check(true, ''); return; }
    const buttons = await page.locator('main form button[type=submit]').allTextContents();
    // Where a page has two buttons, the second goes on.
    const button = buttons[buttons.length > 1 ? 1 : 0].trim();
    await fillByKeyboard(page, answers[where(page)] ?? {}, how);
    await focusTo(page, at => at.tag === 'BUTTON' && at.text === button, how);
    const before = page.url();
    await page.keyboard.press('Enter');
    await page.waitForURL(url => url.href !== before, {timeout: 5000}).catch(() => {});
    await page.waitForLoadState('load');
  }
  check(false, 'the keyboard alone comes to the end');
}

async function resident(page, how) {
  await page.goto(base + '/');
  await inspect(page, 'start', how);
  const council = new URL(page.url()).pathname.split('/')[1];
  await page.locator('main a[role=button], main a.govuk-button').first().click();
  // Every form that has something required: send it empty and look at the error.
  await page.locator('main form button[type=submit]').first().click();
  await page.waitForLoadState('load');
  check((await page.title()).startsWith('Error: '), 'for: an empty answer has no "Error: " title');
  await inspect(page, 'for-error', how);
  for (let screens = 0; ; screens++) {
    check(screens < 45, 'the resident comes to an end');
    if (screens >= 45) return council;
    const path = where(page);
    await inspect(page, path, how);
    if (await page.locator('.govuk-panel--confirmation').count()) break;
    await fill(page, answers[path] ?? {});
    await goOn(page);
  }
  await page.locator('main a[href$="/equality"]').click();
  await page.waitForLoadState('load');
  await inspect(page, 'equality', how);
  await fill(page, answers.equality);
  await goOn(page);
  check(!(await page.locator('main a[href$="/equality"]').count()), 'the equality questions are offered again once they were answered');
  await inspect(page, 'sent-thanks', how);
  for (const path of ['status', 'status/withdraw', 'diary', 'helpers', 'held']) {
    await page.goto(`${base}/${council}/${path}`);
    await inspect(page, path, how);
  }
  await page.goto(`${base}/${council}/copy`);
  await inspect(page, 'copy', how);
  await page.emulateMedia({media: 'print'});
  await inspect(page, 'copy-print', how);
  await page.emulateMedia({media: 'screen'});
  // Leaving: one press, and Back shows nothing of it.
  await page.goto(`${base}/${council}/sent`);
  await page.route(url => url.origin !== origin, route => route.fulfill({body: 'elsewhere'}));
  await page.locator('form[action="/leave"] button').first().click();
  await page.waitForURL(url => url.origin !== origin);
  await page.goBack();
  await page.waitForLoadState('load');
  check(!(await page.locator('.govuk-panel--confirmation').count()), 'Back after leaving shows the confirmation');
  await inspect(page, 'after-leaving', how);
  await page.goto(`${base}/${council}/contact`);
  await page.locator('main form button[type=submit]').first().click();
  await page.waitForLoadState('load');
  await inspect(page, 'contact-error', how);
  await fill(page, answers.contact);
  await goOn(page);
  await inspect(page, 'contact-sent', how);
  for (const path of ['save', 'no-such-page/at-all']) {
    await page.goto(`${base}/${council}/${path}`);
    await inspect(page, path, how);
  }
  await paused(page, council, how);
  return council;
}

// Stopping, and coming back with a code in a browser that has the form open, then with a wrong one.
async function paused(page, council, how) {
  await page.goto(`${base}/${council}/for`);
  await fill(page, answers.for);
  await goOn(page);
  await page.goto(`${base}/${council}/save`);
  await inspect(page, 'save-with-a-form', how);
  await page.locator('main form[action$="/save"] button').click();
  await page.waitForLoadState('load');
  await inspect(page, 'save/code', how);
  const [reference, code] = await page.locator('main dd').allTextContents();
  await page.goto(`${base}/${council}/back`);
  await fill(page, {reference: '12'});
  await goOn(page);
  await inspect(page, 'back-error', how);
  await fill(page, {reference, code});
  await goOn(page);
  check(where(page) === 'talk', `a code leads to ${where(page)}`);
  await page.goto(`${base}/${council}/diary`);
  await fill(page, {kind: ['bad'], text: 'In bed all day.'});
  await goOn(page);
  await inspect(page, 'diary-with-a-day', how);
  await page.goto(`${base}/${council}/helpers`);
  await page.locator('main form[action$="/helpers"] button').click();
  await page.waitForLoadState('load');
  await inspect(page, 'helpers/code', how);
}

// The guide to the law: every page of it, and an example as it is and with one answer changed, folded and unfolded.
async function guide(page, how) {
  await page.goto(base + '/guide');
  await inspect(page, 'guide', how);
  const paths = await page.locator('main a[href^="/guide/"]').evaluateAll(all => [...new Set(all.map(a => a.getAttribute('href')))]);
  check(paths.length >= 10, `the guide has ${paths.length} pages`);
  for (const path of [...paths, '/guide/example/A01', '/guide/example/C14?fact=health&is=no']) {
    await page.goto(base + path);
    await inspect(page, path.slice(1).replaceAll(/[?=&]/g, '_'), how);
    if (!how.js) continue;
    await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
    await inspect(page, path.slice(1).replaceAll(/[?=&]/g, '_') + '-open', how);
  }
}

// The whole journey once in each way of reading, beginning with the choice of it; one of the walks in large print.
const readings = {
  'en-easy': {lang: 'en-GB', dir: '', large: false},
  'en-XA': {lang: 'en-XA', dir: '', large: true},
  'ar-XB': {lang: 'ar-XB', dir: 'rtl', large: false},
};

async function reader(page, how) {
  const {lang, dir, large} = readings[how.locale];
  await page.goto(base + '/');
  await page.locator('.app-help a[href$="/reading"]').click();
  await page.locator(`main input[name=way][value="${how.locale}"]`).check();
  if (large) await page.locator('main input[name=size]').check();
  await goOn(page);
  check(where(page) === 'start', `${how.locale}: the choice of reading leads to ${where(page)}`);
  await inspect(page, `${how.locale}-start`, how);
  await page.locator('.app-help a[href$="/reading"]').click();
  await page.waitForLoadState('load');
  await inspect(page, `${how.locale}-reading`, how);
  await goOn(page);
  await page.locator('main a[role=button], main a.govuk-button').first().click();
  for (let screens = 0; ; screens++) {
    check(screens < 45, `${how.locale}: the resident comes to an end`);
    if (screens >= 45) return;
    const path = where(page);
    const html = await page.evaluate(() => ({lang: document.documentElement.lang, dir: document.documentElement.dir}));
    check(html.lang === lang && html.dir === dir, `${how.locale}: ${path} has lang ${html.lang} and dir ${html.dir}`);
    await inspect(page, `${how.locale}-${path}`, how);
    if (await page.locator('.govuk-panel--confirmation').count()) break;
    await fill(page, answers[path] ?? {});
    await goOn(page);
  }
  if (!large) return;
  await page.emulateMedia({media: 'print'});
  const small = await page.evaluate(() => [...document.querySelectorAll('main :is(p, li, dt, dd, a, strong, label, legend)')]
    .filter(e => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 24) // 24 CSS pixels are 18 points
    .map(e => e.textContent.trim().slice(0, 40)));
  check(small.length === 0, `${how.locale}: smaller than 18 points on paper: ${small.slice(0, 3).join('; ')}`);
}

// "Read this to me". A browser without a head has no voices: one that notes down what it is told to say stands in.
async function listener(page, how) {
  await page.addInitScript(() => {
    globalThis.said = [];
    globalThis.SpeechSynthesisUtterance = class { constructor (text) { this.text = text; } };
    Object.defineProperty(globalThis, 'speechSynthesis', {value: {
      getVoices: () => [{lang: 'en-GB', localService: !location.search.includes('remote')}],
      speak: words => globalThis.said.push(words),
      cancel: () => { globalThis.said = []; },
    }});
  });
  await page.goto(base + '/');
  await page.locator('main a.govuk-button').first().click();
  await page.waitForLoadState('load');
  const button = page.locator('button.app-aloud');
  const said = () => page.evaluate(() => globalThis.said.map(words => words.text));
  check((await said()).length === 0, 'a page is read aloud that nobody asked for');
  await inspect(page, 'aloud', how);
  await button.click();
  const heard = (await said()).join(' ');
  const labels = await page.locator('main form legend, main form label').allInnerTexts();
  check(labels.length > 2 && labels.every(label => heard.includes(label.trim())), `reading aloud leaves something out: ${heard}`);
  check(await button.innerText() === 'Stop reading', 'while reading, the button does not say how to stop');
  await button.click();
  check((await said()).length === 0 && await button.innerText() === 'Read this to me', 'a second press does not stop the reading');
  await button.click();
  await page.keyboard.press('Escape');
  check((await said()).length === 0, 'Escape does not stop the reading');
  await button.click();
  await page.evaluate(() => globalThis.said.slice().forEach(words => words.onend()));
  check(await button.innerText() === 'Read this to me', 'after the last word the button still says that it reads');
  await button.click();
  await page.evaluate(() => document.querySelector('form[action="/leave"]').addEventListener('submit', event => event.preventDefault()));
  await page.locator('form[action="/leave"] button').first().click();
  check((await said()).length === 0, '"Leave this site" does not stop the reading');
  await page.goto(page.url() + '?remote');
  check(!(await button.count()), 'a page would be sent to a voice that is not on this device');
}

// Everybody but the adult who answers for themselves, in ordinary English and in Easy Read, and then what can be done
// after sending: come back with a code, see where it stands, add a day, print.
const kinds = {
  helper: {
    'for': {for: ['someone']}, 'proxy/who': {they_call: 'Kim', helper_is: ['family'], helper_name: 'Lee Example', helper_phone: '07700 900 983'},
    'proxy/know': {knows: ['yes_agree'], with_them: ['yes']}, 'proxy/decide': {decides: ['with_help'], authority: ['lpa_property']},
    'today': {today: ['none'], private: ['alone']}, 'proxy/worry': {worry: ['money']}, 'proxy/own-words': {},
  },
  concern: {
    'for': {for: ['someone']}, 'proxy/who': {they_call: 'Kim', helper_is: ['neighbour']}, 'proxy/know': {knows: ['said_no']},
    'proxy/concern': {concern_words: 'I hear shouting at night.', concern_go: ['now']},
  },
  carer: {
    'for': {for: ['carer']}, 'carer/person': {they_call: 'Ash', their_age: ['adult'], own_age: ['adult'], lives_with: ['yes']},
    'carer/care': {does: ['personal', 'nights'], paid: ['none']}, 'carer/go-on': {able: ['some'], willing: ['no'], emergency: ['nobody']},
    'carer/health': {health: ['deteriorating'], own_needs: ['yes']}, 'carer/daily': {daily: ['work']},
    'carer/daily/work': {'work.limbs': ['distress']}, 'carer/daily/work/more': {'work.cause': ['caring'], 'work.frequency': ['daily']},
    'carer/emergency': {emergency_know: 'Pills at 8 and 6.', emergency_where: 'Keys on the hook.'}, 'carer/link': {link: ['ask_first']},
  },
  young: {'for': {for: ['under_18']}, 'young': {young: ['needs_16']}, 'you/name': {name: 'Ada Example', 'born-day': '', 'born-month': '', 'born-year': ''}},
  parent: {'for': {for: ['under_18']}, 'young': {young: ['parent']}, 'young/route': {young_age: ['near_18'], young_words: 'She cannot be left alone.'}},
};

async function others(page, how) {
  for (const [kind, says] of Object.entries(kinds)) {
    await page.context().clearCookies();
    const tag = `${kind}${how.easy ? '-easy' : ''}`;
    await page.goto(base + '/');
    const council = new URL(page.url()).pathname.split('/')[1];
    if (how.easy) {
      await page.goto(`${base}/${council}/reading`);
      await page.locator('main input[name=way][value="en-easy"]').check();
      await goOn(page);
    }
    await page.goto(`${base}/${council}/for`);
    for (let screens = 0; ; screens++) {
      check(screens < 45, `${tag}: comes to an end`);
      if (screens >= 45) return;
      const path = where(page);
      await inspect(page, `${tag}-${path}`, how);
      if (await page.locator('.govuk-panel--confirmation').count()) break;
      await fill(page, {...answers[path], ...says[path]});
      await goOn(page);
      check(where(page) !== path || !(await page.title()).startsWith('Error: '), `${tag}: ${path} refuses what was filled in`);
      if (where(page) === path && (await page.title()).startsWith('Error: ')) return;
    }
    if (kind === 'concern' || kind === 'parent' || kind === 'young') continue;
    // After sending: a code, another device, and every page behind it.
    await page.goto(`${base}/${council}/save`);
    await inspect(page, `${tag}-save`, how);
    if (await page.locator('main form[action$="/save/link"]').count()) { // where messages can be sent
      await page.locator('main form[action$="/save/link"] button').click();
      await page.waitForLoadState('load');
      check((await page.title()).startsWith('Error: '), `${tag}: a link without an address is told as an error`);
      await inspect(page, `${tag}-save-error`, how);
    }
    await page.locator('main form[action$="/save"] button').click();
    await page.waitForLoadState('load');
    await inspect(page, `${tag}-code`, how);
    const [reference, code] = await page.locator('main dd').allInnerTexts();
    await page.context().clearCookies();
    await page.goto(`${base}/${council}/back`);
    await inspect(page, `${tag}-back`, how);
    await fill(page, {reference: reference.trim(), code: '2222-2222-2222'});
    await goOn(page);
    check((await page.title()).startsWith('Error: '), `${tag}: a wrong code is told as an error`);
    await inspect(page, `${tag}-back-error`, how);
    await fill(page, {reference: reference.trim(), code: code.trim()});
    await goOn(page);
    check(where(page) === 'status', `${tag}: the code leads to ${where(page)}`);
    for (const next of ['status', 'status/withdraw', 'diary', 'helpers', 'held', 'copy', 'about-me', kind === 'carer' ? 'plan' : 'reading', 'paper', 'bring']) {
      await page.goto(`${base}/${council}/${next}`);
      check(where(page) === next, `${tag}: ${next} leads to ${where(page)}`);
      await inspect(page, `${tag}-${next}`, how);
    }
  }
}

// go gives a walk a browser of its own, and listens to its console and its requests.
async function go(browser, who, walk, how) {
  const began = performance.now();
  const context = await browser.newContext({viewport: {width: how.width, height: 800}, javaScriptEnabled: how.js, forcedColors: walk === keyboard && how.forced ? 'active' : 'none'});
  const page = await context.newPage();
  page.on('console', m => check(m.type() !== 'error' || /status of 4(03|04|09|22)/.test(m.text()), `${who} at ${how.width}: console: ${m.text()} (${page.url()})`));
  page.on('request', r => check(new URL(r.url()).origin === origin || r.isNavigationRequest(), `${who}: a request left the site: ${r.url()}`));
  keepHTML(page);
  const at = `${who} at ${how.width}${how.js ? '' : ' without JavaScript'}`;
  try {
    await walk(page, how);
  } catch (e) {
    check(false, `${at}: stopped at ${page.url()}: ${e.message.split('\n')[0]}`);
  }
  await context.close();
  console.log(`  ${at}${how.locale ? `, ${how.locale}` : how.easy ? ', Easy Read' : ''}: ${Math.round((performance.now() - began) / 1000)} s`);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const hows = [{width: 320, js: true}, {width: 1280, js: true}, {width: 320, js: false}];
  for (const width of [320, 1280]) hows.push({width, js: false, staff: {eightScreens}}); // first: they begin on the queue's first page
  for (const [width, js] of [[320, true], [1280, true], [768, true], [320, false]]) hows.push({width, js, staff: {practitioner, between}, forced: width === 768});
  for (const width of [320, 1280]) hows.push(...Object.keys(readings).map(locale => ({width, js: true, locale})));
  for (const width of [320, 1280]) for (const js of [true, false]) for (const easy of [true, false]) {
    // Half of them meet every width, every English and both with and without JavaScript; EVERY=1 walks them all.
    if (process.env.EVERY || easy === (js === (width === 1280))) hows.push({width, js, easy, others: true});
  }
  hows.push({width: 768, js: true, forced: true, alone: {resident, keyboard}});
  // Two lanes at once, as most machines have two cores. Who changes cases stays in one lane: each finds them as the last left them.
  const lanes = [[], []];
  for (const how of hows) {
    const walks = how.staff ?? how.alone ?? (how.others ? {others} : how.locale ? {reader} : how.js ? {resident, keyboard, guide, listener} : {resident, guide});
    for (const [who, walk] of Object.entries(walks)) {
      if (only && !only.includes(who) && !only.includes(`${who}@${how.width}${how.js ? '' : 'nojs'}`)) continue;
      lanes[how.staff ? 0 : 1].push({who, walk, how});
    }
  }
  await Promise.all(lanes.map(async lane => {
    for (const {who, walk, how} of lane) await go(browser, who, walk, how);
  }));
} finally {
  await browser.close();
}
await told();
