/** Gives lives to the rows that predictions make, downwards from where the rooms' will not come. One for a session. */
export class MadeLives {
  private last = 2 ** 32;

  next(): number {
    return --this.last;
  }
}
