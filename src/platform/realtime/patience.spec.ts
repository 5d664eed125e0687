import { answeredWithin } from './patience.js';

describe('patience', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const never = new Promise(() => undefined);

  it('ends with the answer, or with the failure', async () => {
    expect(await answeredWithin(2_000, Promise.resolve(), () => 0)).toBe(true);
    expect(await answeredWithin(2_000, Promise.reject(new Error('lost')), () => 0)).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends after a silence, and not while anything is said', async () => {
    let said = 0;
    let answered: boolean | undefined;
    void answeredWithin(2_000, never, () => said).then((value) => (answered = value));
    for (let second = 0; second < 10; second++) {
      said++;
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(answered).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1_249);
    expect(answered).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);
    expect(answered).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });
});
