// What passes between people: the draft that a person says is right, "how are you while you wait", a case that went
// to another council or team, two cases read together, a duplicate, a case that few may open, and what supervision and the
// trail show of it all. Each walk is of the practitioner's page and of the person's, one after the other in one browser.
import {base, check, fill, focusTo, inspect, where} from './kit.mjs';
import {caseOf, codeFor, comeBack, onPaper, press, put, refused, see, signIn, steps} from './staff.mjs';

async function sendEmpty(page, how, end, name) {
  await press(page, page.locator(`main form[action$="${end}"] button`).first());
  check((await page.title()).startsWith('Error: '), `${name}: an empty form has no "Error: " title (${page.url()})`);
  await inspect(page, name, how);
}

const reasons = {offer: 'Moved to their daughter last week, and means to stay there.', no: 'They have moved back: please ring them first.'};

export async function between(page, how) {
  // Each walk has a case of its own where one can be gone through once only.
  const at = {320: how.js ? 0 : 3, 768: 1, 1280: 2}[how.width];
  const waits = [['manager', 'Rowan'], ['manager', 'Sage'], ['manager', 'Moss'], ['elsewhere', 'Rowan']][at];
  const moves = ['Reed', 'Pat', 'Bryony', 'Linden'][at];
  await steps(page, how, {
    async draft() {
      await signIn(page, 'manager');
      const home = await caseOf(page, 'Reed');
      await see(page, how, home + '/record', 'staff/record-with-a-draft-at-the-person');
      const again = page.locator('main form[action$="/draft"] button');
      if (at > 0) { // they replied at another width: they are told again
        await put(page, {draft_how: ['status']});
        await press(page, again);
      }
      const given = await codeFor(page, how, home);
      await comeBack(page, 'alderford', given);
      await inspect(page, 'status-with-a-draft', how);
      await page.locator('main a[href$="/status/draft"]').click();
      await page.waitForLoadState('load');
      await inspect(page, 'status/draft', how);
      await sendEmpty(page, how, '/status/draft', 'status/draft-error');
      await fill(page, {choice: ['change'], text: 'My brother comes on Saturdays, not on Sundays.'});
      await press(page, page.locator('main form[action$="/status/draft"] button').first());
      check(where(page) === 'status', `a reply to the draft leads to ${where(page)}`);
      await inspect(page, 'status-draft-answered', how);
      check(!(await page.locator('main').innerText()).includes('tell us if it is right'), 'somebody is asked again for what they said of the draft');
      await page.goto(`${base}/alderford/status/draft`);
      await inspect(page, 'status/draft-answered', how);
      await signIn(page, 'manager');
      await see(page, how, home + '/record', 'staff/record-with-a-reply');
      check((await page.locator('main').innerText()).includes('not on Sundays'), 'the record does not show what the person said of the draft');
    },
    async checkIn() {
      const [role, name] = waits;
      await signIn(page, role);
      const home = await caseOf(page, name, role === 'elsewhere' ? 'Sample' : 'Example');
      const given = await codeFor(page, how, home);
      await comeBack(page, role === 'elsewhere' ? 'northmere' : 'alderford', given);
      await inspect(page, 'status-check-in', how);
      await sendEmpty(page, how, '/status/how-now', 'status-check-in-error');
      await fill(page, {how_now: [at % 2 ? 'not_sure' : 'worse'], how_words: 'I fell again on Tuesday.'});
      await press(page, page.locator('main form[action$="/status/how-now"] button').first());
      await inspect(page, at % 2 ? 'status-check-in-answered' : 'status-check-in-worse', how);
      await signIn(page, role);
      await see(page, how, home, 'staff/summary-with-a-check-in');
      check((await page.locator('main').innerText()).includes('I fell again on Tuesday'), 'the summary does not show how they said they are');
    },
    async moved() {
      await signIn(page, 'elsewhere');
      const home = await caseOf(page, moves, 'Sample');
      const given = await codeFor(page, how, home);
      await see(page, how, home + '/transfer', 'staff/transfer');
      await put(page, {reason: reasons.offer});
      await page.getByLabel('Alderford Council').check();
      await press(page, page.locator('main form[action$="/transfer"] button'));
      await inspect(page, 'staff/transfer-offered', how);
      await signIn(page, 'manager');
      await see(page, how, '/staff/offers', 'staff/offers-across');
      const offer = page.locator('main article', {hasText: reasons.offer});
      check(!(await offer.first().innerText()).includes(moves), 'an offer to another council names the person');
      await press(page, offer.first().locator('form[action$="/accept"] button'));
      check(/\/staff\/case\//.test(page.url()), `accepting a case leads to ${page.url()}`);
      await inspect(page, 'staff/accepted', how);
      await signIn(page, 'elsewhere');
      await see(page, how, home, 'staff/passed-on');
      await comeBack(page, 'northmere', given);
      await inspect(page, 'status-moved', how);
      await press(page, page.locator('main form[action$="/status/moved"] button'));
      check(page.url().startsWith(`${base}/alderford/`), `carrying on there leads to ${page.url()}`);
      await inspect(page, 'status-moved-there', how);
    },
    async offers() {
      await signIn(page, 'manager');
      await see(page, how, '/staff/offers', 'staff/offers');
      const moss = page.locator('main article', {hasText: 'north side'});
      check(await moss.count() === 1 || at > 0, 'the offer to a team is not listed');
      if (await moss.count()) {
        const decline = moss.locator('form[action$="/decline"]');
        await press(page, decline.locator('button'));
        check((await page.title()).startsWith('Error: '), 'an offer is declined without a reason');
        await inspect(page, 'staff/offers-error', how);
        await page.locator('main article', {hasText: 'north side'}).locator('textarea').fill(reasons.no);
        await press(page, page.locator('main article', {hasText: 'north side'}).locator('form[action$="/decline"] button'));
        await inspect(page, 'staff/offers-declined', how);
      }
      // To a team and back again: offered, taken back, offered, accepted.
      const home = await caseOf(page, 'Moss');
      await see(page, how, home + '/transfer', 'staff/transfer-declined');
      for (const accept of [false, true]) {
        await page.goto(base + home + '/transfer');
        await put(page, {reason: 'The other team knows the whole family.'});
        await page.locator('main input[name=whom]').first().check();
        await press(page, page.locator('main form[action$="/transfer"] button'));
        if (!accept) {
          await press(page, page.locator('main form[action$="/take-back"] button'));
          await inspect(page, 'staff/transfer-taken-back', how);
          continue;
        }
        await page.goto(base + '/staff/offers');
        await press(page, page.locator('main article', {hasText: 'knows the whole family'}).locator('form[action$="/accept"] button'));
        await inspect(page, 'staff/accepted-by-a-team', how);
      }
    },
    async together() {
      await signIn(page, 'manager');
      for (const name of ['Laurel', 'Pat']) {
        const home = await caseOf(page, name);
        await see(page, how, home + '/link', `staff/${name}-together`);
        check(await page.locator('main .app-halves').count() > 0, `${name}: the two cases do not stand beside each other`);
      }
      await onPaper(page, how, 'staff/Pat-together');
      await refused(page, how, new URL(page.url()).pathname, '/link/end', 'staff/together-end-error');
      await refused(page, how, await caseOf(page, 'Kit') + '/link', '/link', 'staff/together-error');
    },
    async duplicate() {
      await signIn(page, 'manager');
      const home = await caseOf(page, 'Juniper');
      await see(page, how, home + '/place', 'staff/duplicate-place');
      await see(page, how, home, 'staff/alike');
      const alike = page.locator('main a[href^="/staff/case/"]', {hasText: 'Juniper'});
      if (await alike.count()) { // a duplicate stays one at the next width
        const other = await alike.first().getAttribute('href');
        check(!other.startsWith(home), 'who is written down twice is not told of');
        await refused(page, how, home + '/place', '/duplicate', 'staff/duplicate-error');
        await put(page, {of: other.split('/').at(-1)});
        await page.locator('main form[action$="/duplicate"] textarea').fill('Same name, birthday and oven: rang, and they had forgotten the first.');
        await press(page, page.locator('main form[action$="/duplicate"] button').last());
        await inspect(page, 'staff/duplicate-marked', how);
        await see(page, how, other, 'staff/duplicate-other');
      }
      await see(page, how, home, 'staff/duplicate');
      check((await page.locator('main').innerText()).includes('uplicate'), 'a case that was marked does not say that it is a duplicate');
    },
    async restricted() {
      await signIn(page, 'manager');
      const home = await caseOf(page, 'Linden');
      await see(page, how, home + '/access', 'staff/access-restricted');
      await refused(page, how, home + '/access', '/access/name', 'staff/access-error');
      const who = page.locator('main select').first();
      if (await who.locator('option', {hasText: 'Max'}).count()) {
        await who.selectOption({label: await who.locator('option', {hasText: 'Max'}).innerText()});
        await who.locator('xpath=ancestor::form').locator('textarea').fill('Looks after the front desk, and must know.');
        await press(page, who.locator('xpath=ancestor::form').locator('button'));
        await inspect(page, 'staff/access-named', how);
      }
      await signIn(page, 'practitioner');
      const answer = await page.goto(base + home);
      check(answer.status() === 403, `a restricted case answers ${answer.status()}`);
      check(!(await page.locator('main').innerText()).includes('Linden Example'), 'the page before a restricted case names the person');
      await inspect(page, 'staff/outside-restricted', how);
      await page.goto(base + '/staff');
      check(!(await page.locator('main').innerText()).includes('Linden Example'), 'the queue names the person of a restricted case');
      // One that was open to everybody is restricted, and opened up again.
      await signIn(page, 'manager');
      const open = await caseOf(page, 'Ivy');
      for (const name of ['staff/access-set', 'staff/access-lifted']) {
        await page.goto(base + open + '/access');
        const form = page.locator('main form[action$="/access"]');
        await form.locator('textarea').fill('A cousin of theirs has begun to work here.');
        await press(page, form.locator('button'));
        await inspect(page, name, how);
      }
    },
    async supervision() {
      await signIn(page, 'second');
      await see(page, how, '/staff/supervision', 'staff/supervision-marked');
      check(await page.locator('main a[href$="/learning"]:visible').count() > 0, 'no record is marked for supervision');
      await page.locator('main a[href$="/learning"]:visible').first().click();
      await page.waitForLoadState('load');
      await inspect(page, 'staff/learning', how);
      await put(page, {text: 'Say more of what was seen in the kitchen.'});
      await press(page, page.locator('main form[action$="/learning"] button'));
      await inspect(page, 'staff/learning-noted', how);
      await signIn(page, 'practitioner');
      await see(page, how, '/staff/supervision', 'staff/supervision-of-mine');
      check((await page.locator('main').innerText()).length > 100 && await page.locator('main a[href$="/learning"]').count() > 0, 'who signed does not find the notes for them');
    },
    async trail() {
      await signIn(page, 'auditor');
      await see(page, how, '/staff/audit', 'staff/trail');
      const older = page.locator('main a[rel=next]');
      if (await older.count()) await see(page, how, new URL(await older.first().getAttribute('href'), page.url()).pathname + new URL(await older.first().getAttribute('href'), page.url()).search, 'staff/trail-older');
      await see(page, how, '/staff/audit?verb=case.restricted', 'staff/trail-one-verb');
      await see(page, how, '/staff/audit?from=1/1/2019&to=2/1/2019', 'staff/trail-none');
      const wrong = await page.goto(base + '/staff/audit?from=soon&ref=nothing');
      check(wrong.status() < 500, `a trail that cannot be searched answers ${wrong.status()}`);
      await inspect(page, 'staff/trail-error', how);
      await page.goto(base + '/staff/audit');
      await onPaper(page, how, 'staff/trail');
    },
    async byKeyboard() {
      if (how.width !== 1280) return;
      // The person's side of a draft and of a check-in, with the keys alone.
      await signIn(page, 'manager');
      const given = await codeFor(page, how, await caseOf(page, 'Sage'));
      await page.context().clearCookies();
      await page.goto(`${base}/alderford/back`);
      for (const [name, value] of Object.entries(given)) {
        await focusTo(page, x => x.name === name, how);
        await page.keyboard.type(value);
      }
      await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
      check(where(page) === 'status', `by keyboard, a code leads to ${where(page)}`);
    },
  });
}
