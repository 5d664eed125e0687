import { PageHeader } from '../../shared/page-header.js';

export default function Overview() {
  return <PageHeader title="Overview" />;
}
