#!/usr/bin/env node
'use strict';
// The command. It runs on the Node that comes with the packages; under any other it starts that one. Old
// syntax on purpose: an old Node must get far enough to say that it is too old.

// First, because it says so when this Node is too old for the rest.
require('../tools/setup.cjs');

var path = require('node:path');
var spawn = require('node:child_process').spawn;

var root = path.join(__dirname, '..');
var runtime = path.join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
var wanted = require('../node_modules/node/package.json').version;
var child;

if (process.versions.node === wanted) {
  // Ours, wherever the user stands: tsx would take the working directory's.
  require('tsx/esm/api').register({ tsconfig: path.join(root, 'tsconfig.json') });
  // The runner dies with whoever started it, even by SIGKILL: nothing may go on writing unseen.
  if (process.env.TROUPE_CHILD === '1' && process.channel) {
    process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
    process.channel.unref();
  }
  import('../src/cli/main.ts');
} else {
  child = spawn(runtime, [__filename].concat(process.argv.slice(2)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, { TROUPE_CHILD: '1' }),
  });
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => {
    // A terminal or a supervisor may have sent it to both; the child, which decides how to end, knows an echo.
    process.on(signal, () => child.kill(signal));
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? code : 128 + require('node:os').constants.signals[signal]);
  });
}
