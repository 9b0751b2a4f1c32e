"""Owns the definitions of an archive that is made up: what the editors of a magazine on a harbour city would say."""

from pathlib import Path
from typing import NamedTuple


class Definition(NamedTuple):
    """What an editor would say about a category."""

    slug: str
    title: str
    kind: str
    scope: str
    topics: tuple[str, ...]
    exclusions: tuple[str, ...]


DEFINITIONS = (
    Definition(
        "ferries",
        "Ferries",
        "tags",
        "Ships that carry passengers on a timetable, and the people and landing stages that keep them moving.",
        (
            "Timetables, frequency and the first and last boat of the day",
            "Landing stages, gangways and how people with wheelchairs get on board",
            "Crews, masters and the shifts that they work",
            "Electric, hydrogen and diesel drives of passenger ships",
            "Fares, passes and who pays for routes that make a loss",
        ),
        (
            "Cruise ships unless they share a berth with a ferry.",
            "Rowing and sailing for sport.",
            "Freight on water without passengers (belongs to Cargo Terminals).",
        ),
    ),
    Definition(
        "cargo-terminals",
        "Cargo Terminals",
        "tags",
        "Where goods change between ship, rail and road, and what the terminals need to work.",
        (
            "Cranes, straddle carriers and how they are steered",
            "Container dwell time and queues of lorries at the gate",
            "Customs, inspections and sealed goods",
            "Night work, noise and the terminal's neighbours",
            "Leases between the port authority and operators",
        ),
        (
            "Share prices of shipping companies.",
            "Accidents unless the article explains what the terminal changed after them.",
        ),
    ),
    Definition(
        "tramways",
        "Tramways",
        "tags",
        "Trams as they are planned, built, run and repaired.",
        (
            "New lines, extensions and where tracks run",
            "Priority at traffic lights and lanes of their own",
            "Depots, workshops and the age of the vehicles",
            "Stops, platforms and changing to other lines",
            "Drivers, training and staff shortage",
        ),
        (
            "Model railways and museum lines without a regular service.",
            "Buses, unless they replace a tram (belongs to Bus Network).",
        ),
    ),
    Definition(
        "bus-network",
        "Bus Network",
        "tags",
        "Lines of buses, their timetables, and how the network is drawn.",
        (
            "Redrawing a network of lines",
            "Night buses and demand-responsive services",
            "Bus lanes and average speed",
            "Drive trains and charging in the depot",
            "Tenders and contracts with operators",
        ),
        ("Coach tours and holiday travel.", "School excursions where the bus is only mentioned."),
    ),
    Definition(
        "cycling",
        "Cycling",
        "tags",
        "Bicycles as a means of getting about in the city.",
        (
            "Protected lanes, crossings and junctions",
            "Parking at stations and in courtyards",
            "Cargo bikes for families and trades",
            "Counting cyclists and what the counts are used for",
            "Theft and how it is prevented",
        ),
        ("Races and professional teams.", "Reviews of bicycles unless they are about everyday use."),
    ),
    Definition(
        "flood-protection",
        "Flood Protection",
        "tags",
        "Keeping high water out of the city, and living with what comes in.",
        (
            "Dikes, walls and gates, and who inspects them",
            "Storm surge warnings and how households get them",
            "Polders and room for the river",
            "Insurance and rebuilding after a flood",
            "Planning for a higher sea",
        ),
        (
            "Burst water pipes.",
            "Weather reports without consequences for the city.",
            "Climate policy in general that does not name water.",
        ),
    ),
    Definition(
        "housing-costs",
        "Housing Costs",
        "tags",
        "What it costs to live in the city, and why.",
        (
            "Rents, rent control and its effects",
            "Cooperatives and municipal companies",
            "Land prices and what the city does with its own land",
            "Moving, vacancy and holiday flats",
        ),
        ("Interior design and furniture.", "Luxury property portraits unless they discuss what others pay."),
    ),
    Definition(
        "district-heating",
        "District Heating",
        "tags",
        "Heat that comes through pipes from a plant to many buildings.",
        (
            "Heat plants, large heat pumps and waste heat",
            "Laying and repairing pipes in streets",
            "Tariffs and contracts of households",
            "Plans that say which quarter is connected when",
        ),
        ("Single stoves and boilers.", "Electricity supply unless it drives heat pumps for the network."),
    ),
    Definition(
        "harbour-history",
        "Harbour History",
        "tags",
        "How the harbour came to be what it is, told from sources.",
        (
            "Warehouses, canals and who built them",
            "Work on the docks before containers",
            "Trade, colonies and what is kept silent about them",
            "Archives, logbooks and photographs",
        ),
        ("Anniversaries of companies without any sources.", "Fiction set in a harbour."),
    ),
    Definition(
        "public-space",
        "Public Space",
        "tags",
        "Streets, squares and banks as places to be in.",
        (
            "Benches, shade, water and toilets",
            "Pavement cafes, permits and noise",
            "Trees and what they need under the asphalt",
            "Markets and events on squares",
        ),
        ("Private gardens.", "Crime reports unless they lead to a change of the place."),
    ),
    Definition(
        "budget-and-audit",
        "Budget and Audit",
        "categories",
        "How the city spends, and who checks it.",
        (
            "The yearly budget and what was moved",
            "Audit reports and their follow-up",
            "Subsidies and who receives them",
            "Procurement and tenders",
        ),
        ("Private finance and stock tips.", "Costs mentioned in passing."),
    ),
    Definition(
        "council-decisions",
        "Council Decisions",
        "categories",
        "What the council decided, with its arguments and votes.",
        (
            "Votes and majorities",
            "Motions and amendments",
            "Hearings and what residents said",
            "Deadlines that follow from a decision",
        ),
        ("Election campaigns.", "Announcements that no committee has dealt with."),
    ),
    Definition(
        "working-life",
        "Working Life",
        "categories",
        "Work in and around the harbour, from the view of those who do it.",
        (
            "Shifts, pay and agreements",
            "Training and apprenticeships",
            "Safety at work",
            "Automation and what becomes of jobs",
        ),
        ("Career tips.", "Job advertisements."),
    ),
    Definition(
        "accessibility",
        "Accessibility",
        "concepts",
        "Whether everybody can use a place or a service, whatever their body or language.",
        (
            "Steps, lifts and tactile paving",
            "Plain language and announcements",
            "Tests with people who are affected",
            "Duties by law and who enforces them",
        ),
        ("Opening hours.", "The word used for nearness in general, as in an accessible location."),
    ),
)


def write_definitions(folder: Path) -> Path:
    """All definitions as an editor would keep them, a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for definition in DEFINITIONS:
        (folder / f"{definition.slug}.md").write_text(_write_definition(definition))
    return folder


def _write_definition(definition: Definition) -> str:
    def list_up(lines: tuple[str, ...]) -> str:
        return "\n".join(f"  - {line}" for line in lines)

    return (
        f"---\ntitle: {definition.title}\nClassificationType: {definition.kind}\ndescription: {definition.scope}\n"
        f"Instructions: |-\n  Use this for articles about the following. {definition.scope}\n\n"
        f"  **Key Topics:**\n{list_up(definition.topics)}\n\n"
        f"  **Strictly exclude:**\n{list_up(definition.exclusions)}\n---\n"
    )
