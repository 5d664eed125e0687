import { logger } from '../common/logger.js';
import { ConnectionEnds } from './connection-ends.js';
import type { Connection } from './connection.js';

describe('ConnectionEnds', () => {
  it('tells every listener, also after one that fails, which is logged', () => {
    const error = jest.spyOn(logger, 'error').mockImplementation(() => undefined);
    const ends = new ConnectionEnds();
    const heard: Connection[] = [];
    const fault = new Error('not today');
    ends.register(() => {
      throw fault;
    });
    ends.register((ended) => heard.push(ended));
    const connection = {} as Connection;
    ends.tell(connection);
    expect(heard).toEqual([connection]);
    expect(error).toHaveBeenCalledWith({ err: fault }, expect.any(String));
    error.mockRestore();
  });
});
