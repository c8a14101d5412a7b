import { UserError } from '../core/errors.ts';

/** A line in which an address is typed; a wrong one stays to be mended, with the sentence that says why. */
export class AddressPrompt {
  #text: string | null = null;
  #refusal = '';

  /** What is typed so far; null while nobody types. */
  get text(): string | null {
    return this.#text;
  }

  get refusal(): string {
    return this.#refusal;
  }

  open(): void {
    this.#text = '';
  }

  close(): void {
    this.#text = null;
    this.#refusal = '';
  }

  /** Takes in what was typed or pasted; control characters are none of it. */
  type(input: string): void {
    this.#text = (this.#text ?? '') + input.replace(/\p{Cc}/gu, '');
    this.#refusal = '';
  }

  erase(): void {
    this.#text = (this.#text ?? '').slice(0, -1);
    this.#refusal = '';
  }

  /** Goes to what is typed and closes; stays open where `go` throws a UserError. */
  enter(go: (address: string) => void): void {
    try {
      if (this.#text !== null && this.#text.trim() !== '') go(this.#text);
      this.close();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#refusal = error.message;
    }
  }
}
