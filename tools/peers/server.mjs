// One question page as most people would build it: Express 5, Nunjucks, GOV.UK Frontend and better-sqlite3, in as many
// processes as asked for. It does less than Threshold's page: one row a person, no audit event, no sealing, no rules.
//   node server.mjs FILE.db [PROCESSES]
import cluster from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import express from 'express'
import nunjucks from 'nunjucks'

const [file, processes = '2'] = process.argv.slice(2)
if (!file) {
  console.error('Say where the database is: node server.mjs FILE.db [PROCESSES]')
  process.exit(2)
}
const here = path.dirname(fileURLToPath(import.meta.url))
const frontend = path.dirname(createRequire(import.meta.url).resolve('govuk-frontend/package.json'))

// open makes a connection that is as durable as Threshold's: a commit is on the disk when it returns.
function open () {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('busy_timeout = 5000')
  db.exec('CREATE TABLE IF NOT EXISTS answers (session TEXT PRIMARY KEY, limbs TEXT NOT NULL, saved_at TEXT NOT NULL) STRICT')
  return db
}

function serve () {
  const db = open()
  const load = db.prepare('SELECT limbs, saved_at FROM answers WHERE session = ?')
  const save = db.prepare('INSERT INTO answers (session, limbs, saved_at) VALUES (?, ?, ?) ON CONFLICT (session) DO UPDATE SET limbs = excluded.limbs, saved_at = excluded.saved_at')
  const choices = ['assistance', 'distress', 'danger', 'time', 'none', 'not_sure']

  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  nunjucks.configure([path.join(here, 'views'), path.join(frontend, 'dist')], { autoescape: true, express: app })
  app.use(express.urlencoded({ extended: false }))
  app.use((request, response, next) => {
    request.session = /(?:^|; )session=([0-9a-f-]{36})/.exec(request.headers.cookie ?? '')?.[1]
    if (!request.session) {
      request.session = randomUUID()
      response.cookie('session', request.session, { httpOnly: true, sameSite: 'lax' })
    }
    response.set('Cache-Control', 'no-store')
    next()
  })
  app.get('/question', (request, response) => {
    const row = load.get(request.session)
    response.render('question.njk', { values: row ? JSON.parse(row.limbs) : [], savedAt: row?.saved_at.slice(11, 16) })
  })
  app.post('/question', (request, response) => {
    const limbs = [request.body.limbs ?? []].flat()
    if (!limbs.length || !limbs.every(limb => choices.includes(limb))) {
      return response.status(422).render('question.njk', { values: limbs, error: 'Select what is hard, or "I am not sure"' })
    }
    save.run(request.session, JSON.stringify(limbs), new Date().toISOString())
    response.redirect(303, '/question')
  })
  app.listen(0, '127.0.0.1')
}

if (cluster.isPrimary) {
  open().close()
  let listening = 0
  for (let i = 0; i < Number(processes); i++) cluster.fork()
  cluster.on('listening', (_, address) => {
    if (++listening === Number(processes)) console.log(`Peer is ready at http://127.0.0.1:${address.port}`)
  })
  cluster.on('exit', (worker, code) => {
    console.error(`a process ended with ${code}`)
    process.exit(1)
  })
  process.on('SIGTERM', () => {
    cluster.removeAllListeners('exit')
    for (const worker of Object.values(cluster.workers)) worker.kill()
    process.exit(0)
  })
} else {
  serve()
}
