"""What who acts for a person is told beside the rows of a page: how far it reaches, and who answers for her record."""

from __future__ import annotations

from typing import Final

from felles.record.decide import REPRESENTS
from felles.record.numbers import TYPES

ACTING: Final = f"""(select convert_to(json_build_object(
            'reach', coalesce(bit_or(v.kinds) filter (where v.item = 0), 0),
            'listed', coalesce(bool_and(v.listed) filter (where v.item = 0), false),
            'answers', coalesce((
                select e.body::json #>> '{{managingOrganization,reference}}'
                  from relation r
                  join entry e on e.bucket = r.bucket and e.person = r.person and e.state = 0 and e.form = 0
                   and e.type = {TYPES["EpisodeOfCare"]} and e.id = split_part(r.source, '/', 2)
                 where r.bucket = q.bucket and r.person = q.person and r.basis in (10, 20)
                   and r.since <= q.clinical and r.until > q.clinical
                 order by r.basis limit 1), ''))::text, 'UTF8')
          from representation v where v.bucket = q.bucket and v.person = q.person and {REPRESENTS})"""
"""What who acts for the person is told beside the rows (`PersonPage`). 10 and 20: her GP's list, her municipality."""
