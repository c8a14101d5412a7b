'use strict';
// Makes a fresh clone ready: checks the Node that the machine has, and installs the locked packages (the
// runtime itself among them) unless they are there already. Runs before `npm start` and `npm test`, under
// whatever Node and npm are at hand, so it uses old syntax and nothing but Node's own modules.

var MINIMUM = 20;
// Before anything else: the oldest do not even know modules by the names below.
checkNode();

var fs = require('node:fs');
var path = require('node:path');
var spawnSync = require('node:child_process').spawnSync;

var root = path.join(__dirname, '..');

function checkNode() {
  var major = Number(process.versions.node.split('.')[0]);
  if (major >= MINIMUM) return;
  console.error(
    'troupe: Node ' +
      process.versions.node +
      ' is too old; install Node ' +
      MINIMUM +
      ' or newer and try again.',
  );
  process.exit(2);
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));
  } catch (_) {
    return null;
  }
}

/** Whether every package of the lockfile stands in node_modules with its locked version. */
function isInstalled() {
  var wanted = readJson('package-lock.json');
  var present = readJson('node_modules/.package-lock.json');
  if (wanted === null || present === null) return false;
  if (
    !fs.existsSync(
      path.join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    )
  )
    return false;
  return Object.keys(wanted.packages).every((name) => {
    var want = wanted.packages[name];
    var have = present.packages[name];
    if (name === '' || want.optional || want.devOptional) return true;
    return have !== undefined && have.version === want.version;
  });
}

function install() {
  process.stderr.write('troupe: installing the locked packages (once, about a minute)…\n');
  var env = Object.assign({}, process.env, { ONNXRUNTIME_NODE_INSTALL: 'skip' });
  // Not `npm ci`: it refuses a lockfile that lacks another platform's optional binaries, as some registries'
  // mirrors leave them out. `--no-save` installs what is locked and leaves the lockfile alone.
  var result = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env: env,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (result.status === 0 && isInstalled()) return;
  process.stderr.write([result.stdout || '', result.stderr || '', ''].join('\n'));
  console.error(
    'troupe: npm could not install the packages; see its message above, then run "npm install --no-save" yourself.',
  );
  process.exit(2);
}

if (!isInstalled()) install();
