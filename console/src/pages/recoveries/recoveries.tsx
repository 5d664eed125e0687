import { PageHeader } from '../../shared/page-header.js';

export default function Recoveries() {
  return <PageHeader title="Recoveries" />;
}
