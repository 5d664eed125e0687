import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { onExported } from '../tracing/tracing.js';
import { countExported } from './exported-spans.js';
import { KeyRing } from './key-ring.js';

/** Offers the {@link KeyRing} of this installation to everybody. The rest of this room are functions and classes to import. */
/** Offers the {@link KeyRing} of the configured encryption keys to everybody. */
@Global()
@Module({
  providers: [
    { provide: KeyRing, useFactory: (config: Config) => new KeyRing([...config.encryptionKeys]), inject: [Config] },
  ],
  exports: [KeyRing],
})
export class CommonModule {
  constructor() {
    onExported(countExported);
  }
}
