/** A script for `--require` that makes this Node pass for another; one before 16 knows no `node:` names. */
export function pretendNode(version: string): string {
  return `
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });
    const Module = require('module');
    const load = Module._load;
    if (${Number.parseInt(version, 10)} < 16) {
      Module._load = (name, ...rest) => {
        if (name.startsWith('node:')) throw new Error("Cannot find module '" + name + "'");
        return load(name, ...rest);
      };
    }
  `;
}
