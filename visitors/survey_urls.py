from django.urls import path

from visitors.views import survey

app_name = "survey"

urlpatterns = [
    path("<slug:site>/", survey.answer, name="answer"),
    # Apart from the page: whoever sends to an address makes browsers forget what they kept of it for the way back.
    path("<slug:site>/send/", survey.send, name="send"),
    path("<slug:site>/thanks/", survey.thanks, name="thanks"),
    path("<slug:site>/poster/", survey.poster, name="poster"),
]
