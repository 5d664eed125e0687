import { HEARTBEAT_MS, HEARTBEAT_TIMEOUT_MS } from '../../platform/realtime/connection.js';
import { beat, type Beating } from './raw-websocket.heartbeat.js';

const connection = () => ({ pingedAt: 0, heard: true, ping: jest.fn(), cut: jest.fn() }) satisfies Beating;

describe('the heartbeat of raw WebSockets', () => {
  it('pings each connection when its time has come, and no sooner', () => {
    const one = connection();
    beat([one], HEARTBEAT_MS - 1);
    expect(one.ping).not.toHaveBeenCalled();
    beat([one], HEARTBEAT_MS);
    expect(one).toMatchObject({ heard: false, pingedAt: HEARTBEAT_MS });
    one.heard = true;
    beat([one], HEARTBEAT_MS + 5_000);
    expect(one.ping).toHaveBeenCalledTimes(1);
    beat([one], 2 * HEARTBEAT_MS);
    expect(one.ping).toHaveBeenCalledTimes(2);
    expect(one.cut).not.toHaveBeenCalled();
  });

  it('cuts off who answers nothing for too long, and nobody who does', () => {
    const [silent, alive] = [connection(), connection()];
    beat([silent, alive], HEARTBEAT_MS);
    alive.heard = true;
    beat([silent, alive], HEARTBEAT_MS + HEARTBEAT_TIMEOUT_MS - 1);
    expect(silent.cut).not.toHaveBeenCalled();
    beat([silent, alive], HEARTBEAT_MS + HEARTBEAT_TIMEOUT_MS);
    expect(silent.cut).toHaveBeenCalledTimes(1);
    expect(alive.cut).not.toHaveBeenCalled();
  });
});
