import { writeFileSync } from 'node:fs';
import { must } from '../../../src/core/errors.ts';
import { torchPython, torchState } from '../../../tools/bench/torch-step.ts';
import { TORCH_CASES } from '../torch-cases.ts';

// `npm run golden`: keeps what PyTorch makes of the cases, for machines that do not have it.
const python = must(torchPython(), 'a Python with PyTorch');
const states = Object.entries(TORCH_CASES).map(([name, task]) => [name, torchState(python, task)]);
const file = new URL('./torch-steps.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(Object.fromEntries(states), null, 2)}\n`);
