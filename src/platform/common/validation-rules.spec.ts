import { IsInt, IsString, MetadataStorage, Min, getMetadataStorage } from 'class-validator';
import { rememberRules } from './validation-rules.js';

class Parent {
  @IsString()
  name: string;
}

class Heir extends Parent {
  @IsInt()
  count: number;
}

/** A storage that holds the rules above, and counts how often it was asked. */
function storageOf(...classes: Function[]) {
  const storage = new MetadataStorage();
  for (const one of classes) {
    for (const rule of getMetadataStorage().getTargetValidationMetadatas(one, '', false, false)) {
      if (rule.target === one) storage.addValidationMetadata(rule);
    }
  }
  const asked = jest.spyOn(storage, 'getTargetValidationMetadatas');
  rememberRules(storage);
  const fieldsOf = (one: Function, parent = '') => {
    const rules = storage.getTargetValidationMetadatas(one, parent, false, false);
    return Object.entries(storage.groupByPropertyName(rules)).map(([name, { length }]) => `${name} ${length}`);
  };
  return { storage, asked, fieldsOf };
}

describe('rememberRules', () => {
  it('answers what the storage does, parents included, and asks it once for each class', () => {
    const { asked, fieldsOf } = storageOf(Parent, Heir);
    for (let n = 0; n < 3; n++) {
      expect(fieldsOf(Heir).sort()).toEqual(['count 1', 'name 1']);
      expect(fieldsOf(Parent)).toEqual(['name 1']);
      expect(fieldsOf(Parent, 'Heir')).toEqual(['name 1']);
    }
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('sees a rule that is added later, also to a parent', () => {
    const { storage, fieldsOf } = storageOf(Parent, Heir);
    expect(fieldsOf(Heir).sort()).toEqual(['count 1', 'name 1']);
    class Late extends Parent {
      @Min(1)
      size: number;
    }
    const [late] = getMetadataStorage().getTargetValidationMetadatas(Late, '', false, false);
    storage.addValidationMetadata(Object.assign(late!, { target: Parent }));
    expect(fieldsOf(Heir).sort()).toEqual(['count 1', 'name 1', 'size 1']);
  });

  it('does not remember an answer for groups', () => {
    const { storage, asked } = storageOf(Parent);
    for (let n = 0; n < 2; n++) storage.getTargetValidationMetadatas(Parent, '', false, false, ['some']);
    expect(asked).toHaveBeenCalledTimes(2);
  });
});
