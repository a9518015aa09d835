// Builds static/dist from static/sass, static/js and static/pictures:
//   name.<hash>.css, .js and .svg, each as .br (brotli 11) and .gz (gzip 9), and
//   manifest.json, which maps plain names to hashed ones.
// Everything in dist becomes part of the program, so nothing is there twice: whoever takes
// neither encoding has a file unpacked for them.
// Compressing here and not in the server costs seconds once and nothing per request.
// Same sources, same bytes: nothing in the output depends on time or place.
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import zlib from 'node:zlib'
import * as esbuild from 'esbuild'
import * as sass from 'sass'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const source = path.join(root, 'static')
const dist = path.join(source, 'dist')

// styles compiles one Sass bundle. GOV.UK Frontend is found in node_modules.
function styles (name) {
  const { css } = sass.compile(path.join(source, 'sass', `${name}.scss`), {
    loadPaths: [path.join(root, 'node_modules', 'govuk-frontend', 'dist')],
    style: 'compressed',
    charset: false, // the server says UTF-8
    quietDeps: true
  })
  const { code } = esbuild.transformSync(css, { loader: 'css', minify: true, legalComments: 'none' })
  return Buffer.from(code)
}

// mirrored turns a bundle for languages that run from right to left: GOV.UK Frontend says
// left and right where it means start and end. A bundle of its own costs the pages that
// run from left to right nothing, and works in browsers that know no logical properties.
function mirrored (css) {
  const turned = css.toString()
    .replace(/([{;](?:padding|margin):)([^\s;{}()]+) ([^\s;{}()]+) ([^\s;{}()]+) ([^\s;{}()]+)(?=[;}])/g, '$1$2 $5 $4 $3')
    .replace(/\b(left|right)\b/g, side => side === 'left' ? 'right' : 'left')
    .replaceAll('polygon(0% 0%,100% 50%,0% 100%)', 'polygon(100% 0%,0% 50%,100% 100%)') // the triangle of details
    .replace(/border-width:7px 0 7px (12[.\d]+px)/g, 'border-width:7px $1 7px 0')
    .replace(/(\.govuk-back-link:before\{[^}]*rotate\()225deg/g, (_, start) => `${start}45deg`)
  return Buffer.from(turned)
}

// shortErrors leaves out the sentences of GOV.UK Frontend's errors, which nobody sees in a browser.
const shortErrors = {
  name: 'short-errors',
  setup (build) {
    build.onResolve({ filter: /\/errors\/index\.mjs$/ }, () => ({ path: path.join(source, 'js', 'errors.mjs') }))
  }
}

// scripts bundles the modules. What only some pages need becomes a file of its own,
// fetched by the page that needs it.
// Each bundle is built by itself: together they would share a third file, and the first
// visit would wait for one request more.
async function scripts (name) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(source, 'js', `${name}.mjs`)],
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    legalComments: 'none',
    target: 'es2020', // the first edition with import(); older browsers get the pages without scripts
    plugins: [shortErrors],
    outdir: dist,
    chunkNames: '[name].[hash]',
    write: false
  })
  return outputFiles.map(file => ({ name: path.basename(file.path), bytes: Buffer.from(file.contents) }))
}

const compress = {
  br: bytes => zlib.brotliCompressSync(bytes, {
    params: {
      [zlib.constants.BROTLI_PARAM_MODE]: zlib.constants.BROTLI_MODE_TEXT,
      [zlib.constants.BROTLI_PARAM_QUALITY]: 11,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length
    }
  }),
  gz: bytes => zlib.gzipSync(bytes, { level: 9 })
}

// pictures are the line drawings of Easy Read: each its own file, so that a page costs only those it shows.
async function pictures () {
  const names = (await readdir(path.join(source, 'pictures'))).filter(name => name.endsWith('.svg')).sort()
  return Promise.all(names.map(async name => ({ name: `pictures/${name}`, bytes: await readFile(path.join(source, 'pictures', name)) })))
}

async function clean () {
  await mkdir(dist, { recursive: true })
  for (const name of await readdir(dist)) {
    if (name !== '.keep') await rm(path.join(dist, name), { recursive: true })
  }
  await mkdir(path.join(dist, 'pictures'))
}

function hashed (name, bytes) {
  const { dir, name: stem, ext } = path.parse(name)
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10)
  return path.posix.join(dir, `${stem}.${hash}${ext}`)
}

const bundles = ['citizen', 'staff', 'passkey']
const citizen = styles('citizen')
const files = [
  { name: 'citizen.css', bytes: citizen },
  { name: 'citizen-rtl.css', bytes: mirrored(citizen) },
  { name: 'staff.css', bytes: styles('staff') },
  { name: 'letter.css', bytes: styles('letter') },
  ...(await Promise.all(bundles.map(scripts))).flat(),
  { name: 'icon.svg', bytes: await readFile(path.join(source, 'icon.svg')) },
  ...await pictures()
]

await clean()
const manifest = {}
for (const { name, bytes } of files) {
  // A chunk has its hash already: the bundle that loads it names it so.
  const isChunk = name.endsWith('.js') && !bundles.includes(path.parse(name).name)
  const to = isChunk ? name : hashed(name, bytes)
  manifest[name] = to
  const sizes = [`${bytes.length} B`]
  for (const [ending, squeeze] of Object.entries(compress)) {
    const small = squeeze(bytes)
    await writeFile(path.join(dist, `${to}.${ending}`), small)
    sizes.push(`${ending} ${small.length} B`)
  }
  console.log(`${to}: ${sizes.join(', ')}`)
}
await writeFile(path.join(dist, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n')
