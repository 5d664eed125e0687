import type { Abstract, Type } from '@nestjs/common';
import { Workers } from '../../src/engine/deliveries/dispatch/workers.js';

/**
 * Holds the hands of an application's delivery engine, so that the test decides who claims what: nothing is taken from the
 * queue, from what is due, or when it is accepted.
 * @returns lets go of them
 */
export function holdHands(app: { get<T>(token: Type<T> | Abstract<T>): T }): () => void {
  const workers = app.get(Workers);
  const held = [
    jest.spyOn(workers, 'run').mockResolvedValue(undefined),
    jest.spyOn(workers, 'take').mockImplementation(async (due) => due),
    jest.spyOn(workers, 'reserve').mockReturnValue({ begin: () => true, end: () => undefined }),
  ];
  return () => held.forEach((spy) => spy.mockRestore());
}
