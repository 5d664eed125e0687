// Programs that tests need: from PATH, or on Debian as root from a package.
import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function findOnPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

export const canInstall = () => process.getuid?.() === 0 && findOnPath('apt-get') !== undefined;

/** One after another: apt lets nobody else in. */
let installed = Promise.resolve();
let isUpdated = false;

/** Prints what apt says when it fails. @returns when it ended, however it did */
export function installPackage(name) {
  installed = installed.then(() =>
    withoutServices(async () => {
      console.log(`Installing the package ${name}.`);
      isUpdated ||= await apt('update');
      await apt('install', '-y', '--no-install-recommends', name);
    }),
  );
  return installed;
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const child = spawn('apt-get', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (status) => {
      if (status !== 0) console.error(`apt-get ${args.join(' ')} failed:\n${output}`);
      resolve(status === 0);
    });
  });
}

/** Debian's packages start their services when they are installed, unless this file says no. */
async function withoutServices(install) {
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await install();
  } finally {
    if (isOurs) rmSync(policy);
  }
}
