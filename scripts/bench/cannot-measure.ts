/** What was asked for does not exist, or this machine lacks what it needs: told in one line, for no stack explains it. */
export class CannotMeasure extends Error {
  override readonly name = 'CannotMeasure';
}
