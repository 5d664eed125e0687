import { completeFields } from './field-registry.js';
import { Int } from './fields.js';

describe('classes with fields', () => {
  it('have each a name of its own, by which documents know them', () => {
    const declare = () => {
      class TwinDto {
        @Int()
        n: number;
      }
      return TwinDto;
    };
    declare();
    expect(completeFields).not.toThrow();
    declare();
    expect(completeFields).toThrow('Two classes are called TwinDto');
  });
});
